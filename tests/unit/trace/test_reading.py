from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from recorded import DIGEST

from glctl.errors import GlctlError
from glctl.trace.reading import read

if TYPE_CHECKING:
    from pathlib import Path

# As Chromium and Firefox write them, shortened.
ENTRY: dict[str, Any] = {
    "startedDateTime": "2026-11-25T00:38:02.123Z",
    "time": 12.5,
    "request": {
        "method": "GET",
        "url": "https://registry.example.com/v2/",
        "httpVersion": "h2",
        "headers": [{"name": "accept", "value": "*/*"}],
        "bodySize": -1,
    },
    "response": {
        "status": 401,
        "headers": [{"name": "Date", "value": "Wed, 25 Nov 2026 00:38:02 GMT"}],
        "content": {"size": 5, "mimeType": "text/plain", "text": "aGVsbG8=", "encoding": "base64"},
        "bodySize": 5,
    },
    "connection": "443",
}


def written(tmp_path: Path, *entries: dict[str, Any], before: str = "") -> Path:
    file = tmp_path / "x.har"
    file.write_text(before + json.dumps({"log": {"version": "1.2", "entries": list(entries)}}))
    return file


@pytest.mark.parametrize("before", ["", "\ufeff", "\n "])
def test_a_browsers_har_is_read(tmp_path: Path, before: str) -> None:
    (made,) = read(written(tmp_path, ENTRY, before=before)).exchanges
    assert (made.method, made.status, made.body, made.received) == ("GET", 401, b"hello", 5)
    assert made.seconds == pytest.approx(0.0125)
    assert made.header("date").startswith("Wed")
    assert made.client == "443"


def test_content_is_left_where_it_is(tmp_path: Path) -> None:
    entry = json.loads(json.dumps(ENTRY))
    entry["request"]["url"] = f"https://registry.example.com/v2/a/b/blobs/{DIGEST}"
    entry["response"]["status"] = 200
    (made,) = read(written(tmp_path, entry)).exchanges
    assert made.body == b""


def test_what_a_browser_could_not_load_failed(tmp_path: Path) -> None:
    entry = {**ENTRY, "response": {"status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED", "headers": []}}
    (made,) = read(written(tmp_path, entry)).exchanges
    assert made.status is None
    assert made.failure
    assert made.failure.kind == "dns"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '{"log": {"entries": [1]}}',
        '{"log": {"entries": [{"request": {}}]}}',
        '{"log": {"entries": [{"startedDateTime": "x", "request": {"method": "GET", "url": "/"}}]}}',
        '{"log": 1}',
        "[" * 100_000,
        '{"log": ' + "[" * 100_000,
        "\x00\x01\x02",
        "",
        "12:abc",
    ],
)
def test_what_is_none_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x"
    file.write_text(text)
    if text == "" or not text.lstrip().startswith("{"):
        pytest.importorskip("mitmproxy")
    if text == "":
        assert read(file).exchanges == ()
        return
    with pytest.raises(GlctlError):
        read(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GlctlError, match="No such file"):
        read(tmp_path / "x")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "x.har"
    with file.open("wb") as output:
        output.truncate(1 << 29)
    with pytest.raises(GlctlError, match="512 MiB"):
        read(file)
