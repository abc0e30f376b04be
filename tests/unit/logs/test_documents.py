import json
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from glctl.logs.documents import Documents
from glctl.logs.follow import Chunk
from glctl.logs.sources import LogSource

SOURCE = LogSource("nginx", Path("/logs/error.log"))
PREFIXED = LogSource("registry", Path("/logs/current"), b"box: ")


def documents(data: bytes, source: LogSource = SOURCE) -> list[dict[str, Any]]:
    zone = timezone(timedelta(hours=1))
    return [json.loads(line) for line in Documents(zone).show(Chunk(source, data)).splitlines()]


def test_each_line_is_one_document() -> None:
    first, second = documents(
        b'2026-11-24_03:59:14.64174 time="x" level=error msg="two \\"words\\"" err.code=unknown\n'
        b"main.main()\n"
    )
    assert first == {
        "time": "2026-11-24T04:59:14.641740+01:00",
        "level": "error",
        "service": "nginx",
        "source": "nginx/error",
        "message": 'two "words"',
        "fields": {"time": "x", "level": "error", "msg": 'two "words"', "err.code": "unknown"},
    }
    assert (second["time"], second["level"], second["message"]) == (None, None, "main.main()")


@pytest.mark.parametrize(
    "line",
    [
        b'{"level":"info","msg":"SeCrEt0","password":"SeCrEt0"}'.replace(b"SeCrEt0", b"m", 1),
        b'{"level":"info","msg":"m","notify":{"headers":{"Authorization":["SeCrEt0"]}}}',
        b'{"level":"info","msg":"m","list":["redis://u:SeCrEt0@host"]}',
        b'time="x" level=info msg="password: SeCrEt0"',
        b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "PUT /v2/a/blobs/uploads/1?_state=SeCrEt0 HTTP/1.1" 201 0',
    ],
)
def test_credentials_are_masked(line: bytes) -> None:
    (document,) = documents(line + b"\n")
    assert "SeCrEt0" not in json.dumps(document)
    assert "[MASKED]" in json.dumps(document)


def test_what_is_not_text_is_still_json_and_steers_no_terminal() -> None:
    printed = Documents(UTC).show(Chunk(SOURCE, b"\xff\x00\x1b[2J\n"))
    assert json.loads(printed)["message"] == "\ufffd\x00\x1b[2J"
    assert printed.isascii()
    assert b"\x1b" not in printed


def test_the_prefix_of_svlogd_belongs_to_no_message() -> None:
    (document,) = documents(b"2026-11-24_03:59:14.64174 box: panic: x\n", PREFIXED)
    assert (document["level"], document["message"]) == ("fatal", "panic: x")
