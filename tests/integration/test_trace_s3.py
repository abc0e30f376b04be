"""The famous case: clients are sent on to S3, which refuses them there, and no log shows it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers_s3 import Canned, injecting, moto
from traced import codes, image, pull, push, s3_driver, stack, traced

pytest.importorskip("mitmproxy")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mitmproxy's own, of OpenSSL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers_s3 import Injecting
    from traced import Stack


@pytest.fixture(scope="module")
def on_s3() -> Iterator[tuple[Stack, Injecting]]:
    """A stack whose store is moto, with a server in front that can answer instead of it."""
    with tempfile.TemporaryDirectory(prefix="glctl-traced-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        with (
            moto(place) as server,
            server.lifted(),
            injecting(server.endpoint) as front,
            stack(place, s3_driver(server, front.endpoint)) as made,
        ):
            yield made, front


def test_the_famous_case_is_named_and_its_repair_is_well(
    on_s3: tuple[Stack, Injecting], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    well, front = on_s3
    some = image(tmp_path / "image")
    code, report = traced(capfd, push(some, well.http))
    assert (code, report["findings"]) == (0, []), report["said"]
    # Go uses no proxy for 127.0.0.1: the store has another name for the client, and loses it again.
    inner = front.endpoint.removeprefix("http://")
    with (
        well.behind((f"127.0.0.1:{well.registry}", inner), ("$http_host", inner)) as store,
        well.behind(
            ("proxy_pass", f"proxy_redirect http://{inner}/ http://s3.localhost:{store}/; proxy_pass")
        ) as port,
    ):
        with front.answering(Canned("HEAD", "/data", 403, "AccessDenied")):
            code, report = traced(capfd, push(some, port))
        assert (code, codes(report)) == (1, ["s3-redirect-denied"]), report["said"]
        (finding,) = report["findings"]
        assert "403 (Forbidden)" in report["said"]
        assert "The permission is s3:GetObject." in finding["summary"]
        assert finding["subject"] == "images"
        assert "key reg/docker/registry/v2/blobs/sha256/" in str(finding["evidence"])
        assert "arn:aws:s3:::images/reg/docker/*" in finding["remedy"]
        assert report["exchanges"][-1]["step"] == "check blob, in storage"
        assert traced(capfd, push(some, port))[1]["findings"] == []
        assert traced(capfd, pull(tmp_path / "pulled", port))[1]["findings"] == []
