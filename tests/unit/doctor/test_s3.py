from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import distribution
from glctl.clients.http import Exchange, without_credentials
from glctl.doctor.check import NotTriedError
from glctl.doctor.s3 import Image, S3Facts
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

HEX = "cd" * 32


class Client:
    """Answers by the URL's end; keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, []  # type: ignore[var-annotated]
        self.closed = False

    def request(self, method: str, url: str, *, step: str = "", **_: Any) -> Exchange:
        self.asked.append((method, url.partition("?")[0], step))
        body = next((text for part, text in self.answers.items() if part in url), "<R/>")
        return Exchange(method, without_credentials(url), step, 200, body=body.encode())

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def s3(new_facts: Callable[..., Facts]) -> Callable[..., S3Facts]:
    def make(client: Client | None = None, environment: dict[str, Any] | None = None, **more: Any) -> S3Facts:
        written = {
            "accesskey": Secret("AKIA1"),
            "secretkey": Secret("PLANTED"),
            "bucket": "images",
            "region": "eu-central-1",
            "regionendpoint": "http://127.0.0.1:9000",
        }
        storage = {"s3": {**written, **more.pop("settings", {})}, **more.pop("beside", {})}
        config = {"storage": storage, "http": {"addr": "127.0.0.1:5000"}}
        facts = new_facts(config=config, environment=environment or {}, **more)
        made = facts.s3()
        if client:
            made.client = made.outside = lambda: client  # type: ignore[method-assign,assignment,return-value] - a fake
        return made

    return make


def keys(*names: str, more: bool = False) -> str:
    contents = "".join(f"<Contents><Key>docker/registry/v2/{name}</Key></Contents>" for name in names)
    return f"<R><IsTruncated>{str(more).lower()}</IsTruncated>{contents}</R>"


def test_an_image_is_found_by_the_link_to_a_layer(s3: Callable[..., S3Facts]) -> None:
    listing = keys("repositories/a/b/_uploads/x", f"repositories/a/b/_layers/sha256/{HEX}/link")
    assert s3(Client(repositories=listing)).image() == Image(
        "a/b",
        f"sha256:{HEX}",
        f"docker/registry/v2/repositories/a/b/_layers/sha256/{HEX}/link",
        f"docker/registry/v2/blobs/sha256/cd/{HEX}/data",
    )


def test_only_some_pages_are_searched(s3: Callable[..., S3Facts]) -> None:
    client = Client(repositories=keys("repositories/a/_manifests/x", more=True))
    assert s3(client).image() is None
    assert len(client.asked) == 3


def test_other_storage_is_not_tried(new_facts: Callable[..., Facts]) -> None:
    with pytest.raises(NotTriedError, match="not kept in S3"):
        new_facts().s3().settings  # noqa: B018 - reading it raises


def test_without_an_image_an_address_is_signed_here(s3: Callable[..., S3Facts]) -> None:
    client = Client()
    redirect = s3(client).redirect_of_head()
    assert redirect.registry is None
    assert client.asked[-1][:2] == (
        "HEAD",
        "http://127.0.0.1:9000/images/docker/registry/v2/glctl-doctor/absent",
    )
    off = s3(Client(), beside={"redirect": {"disable": True}}).redirect_of_get()
    assert (off.registry, off.storage) == (None, None)


@pytest.mark.parametrize(
    ("location", "asked"),
    [("http://127.0.0.1:9000/images/blob?X-Amz-Signature=PLANTED", 2), ("", 1)],
)
def test_a_client_follows_the_registry(
    s3: Callable[..., S3Facts], monkeypatch: pytest.MonkeyPatch, location: str, asked: int
) -> None:
    registry = []

    def ask_blob(_: Any, method: str, base: str, *__: Any) -> tuple[Exchange, str]:
        registry.append(method)
        return Exchange(method, base, "blob", 307 if location else 200), location

    monkeypatch.setattr(distribution, "ask_blob", ask_blob)
    listing = keys(f"repositories/a/_layers/sha256/{HEX}/link")
    facts = s3(Client(repositories=listing), token=Secret("t"))
    facts.redirect_of_head()
    got = facts.redirect_of_get()
    assert registry == ["HEAD", "GET"][:asked]
    assert (got.storage is not None) == bool(location)
    assert "PLANTED" not in repr(got)


def test_credentials_that_glctl_cannot_use_are_not_tried(s3: Callable[..., S3Facts], tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[default]\nrole_arn = arn:aws:iam::1:role/registry\n")
    variables = {"AWS_SHARED_CREDENTIALS_FILE": f"{tmp_path}/credentials", "HOME": str(tmp_path)}
    facts = s3(Client(), variables, settings={"accesskey": "", "secretkey": ""})
    with pytest.raises(NotTriedError, match=r"by role_arn, which glctl does not follow$"):
        facts.credentials()
    assert not facts.has_credentials
    with pytest.raises(NotTriedError):
        facts.listed()


def test_its_connections_are_closed(s3: Callable[..., S3Facts]) -> None:
    facts = s3()
    client = Client()
    facts._made["client"] = (client, None)
    facts.close()
    assert client.closed


def test_something_is_told_once(s3: Callable[..., S3Facts]) -> None:
    facts = s3()
    assert [facts.first("x"), facts.first("x"), facts.first("y")] == [True, False, True]
