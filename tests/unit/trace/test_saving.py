from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from recorded import CHALLENGE, DIGEST, exchange, refused

from glctl.clients.failures import Failure
from glctl.errors import GlctlError
from glctl.trace.exchange import Conversation, Distrust
from glctl.trace.reading import read
from glctl.trace.saving import save

if TYPE_CHECKING:
    from pathlib import Path

MADE = Conversation(
    (
        exchange(
            "GET", "/v2/", 401, answered=(CHALLENGE,), json=refused("UNAUTHORIZED"), client="127.0.0.1:40000"
        ),
        exchange("PATCH", "/v2/a/b/blobs/uploads/1?_state=x", 202, sent=123_456, client="127.0.0.1:40001"),
        exchange("GET", f"/v2/a/b/blobs/{DIGEST}", 200, received=9_999_999, client="127.0.0.1:40001"),
        exchange("GET", "https://h/v2/", None, failure=Failure("refused", "nothing listens at h:443 (TCP)")),
    ),
    (Distrust("registry.example.com", "127.0.0.1:2", "unknown ca"),),
    distrusted=(("registry.example.com", "self-signed"),),
)


def test_har_comes_back_as_it_was(tmp_path: Path) -> None:
    save(MADE, tmp_path / "x.har")
    assert read(tmp_path / "x.har") == MADE


def test_flows_come_back_as_they_were(tmp_path: Path) -> None:
    pytest.importorskip("mitmproxy")
    save(MADE, tmp_path / "x.flows")
    back = read(tmp_path / "x.flows").exchanges
    for was, made in zip(MADE.exchanges, back, strict=True):
        assert made.url == was.url
        assert (made.status, made.failure, made.sent, made.received) == (
            was.status,
            was.failure,
            was.sent,
            was.received,
        )
        assert (made.body, made.asked, made.client) == (was.body, was.asked, was.client)
        assert made.header("www-authenticate") == was.header("www-authenticate")
        assert made.seconds == pytest.approx(was.seconds)


@pytest.mark.parametrize("name", ["x.har", "x.flows"])
def test_only_the_owner_may_read_it(tmp_path: Path, name: str) -> None:
    if name == "x.flows":
        pytest.importorskip("mitmproxy")
    (tmp_path / name).touch(0o666)
    save(MADE, tmp_path / name)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_it_is_valid_har(tmp_path: Path) -> None:
    save(MADE, tmp_path / "x.har")
    log = json.loads((tmp_path / "x.har").read_text())["log"]
    assert log["version"] == "1.2"
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(log["entries"][0])


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(GlctlError, match="cannot be saved"):
        save(MADE, tmp_path / "no" / "x.har")
