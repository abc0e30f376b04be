from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glctl.logs.records import behind_combined, level_of, parse, time_of

DATA = Path(__file__).parent / "data"

STAMP = b"2026-11-24_03:59:14.64174 "
STAMPED = datetime(2026, 11, 24, 3, 59, 14, 641740, UTC)
LOGFMT = (
    b'time="2026-11-24T03:59:15.123456789Z" level=error msg="a \\"b\\"\\n\\u00e9" err.detail=x '
    b"http.response.status=500"
)
JSON = b'{"err.code":"unknown","level":"warning","msg":"m \\u003c","time":"2026-11-24T03:59:15.5Z"}'
LOGSTASH = (
    b'{"@timestamp":"2026-11-24T03:59:15.5Z","@version":"1","level":"error","message":"m","type":"app"}'
)
ACCESS = b'127.0.0.1 - bob [24/Nov/2026:05:51:12 +0200] "GET /v2/ HTTP/1.1" 503 125 "ref" "curl \\"7\\""'
NGINX = (
    b"2026/11/24 17:28:16 [crit] 152#152: *2 connect() failed (111: x) while connecting, client: 127.0.0.1, "
    b'server: r.example.com, request: "GET /v2/ HTTP/1.1", upstream: "http://127.0.0.1:5000/v2/", host: "h:1"'
)


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        (LOGFMT, "error", 'a "b"\né'),
        (JSON, "warning", "m <"),
        (LOGSTASH, "error", "m"),
        (ACCESS, "error", "GET /v2/ 503"),
        (ACCESS.replace(b"503", b"404"), "info", "GET /v2/ 404"),
        (NGINX, "fatal", "connect() failed (111: x) while connecting"),
        (b"nginx: [emerg] bind() failed", "fatal", "bind() failed"),
        (b"panic: StorageDriver not registered: gcs", "fatal", "panic: StorageDriver not registered: gcs"),
        (b"configuration error: open x", "fatal", "configuration error: open x"),
        (b"2026/11/24 17:40:25 http: Accept error: x", None, "http: Accept error: x"),
        (b"goroutine 1 [running]:", None, "goroutine 1 [running]:"),
        (b"\tgithub.com/docker/x.go:314 +0x1cba", None, "\tgithub.com/docker/x.go:314 +0x1cba"),
        (b"", None, ""),
    ],
)
@pytest.mark.parametrize("stamp", [b"", STAMP])
def test_each_kind_of_line_is_told_with_and_without_svlogds_stamp(
    stamp: bytes, line: bytes, level: str | None, message: str
) -> None:
    record = parse(stamp + line, "registry")
    assert (record.level, record.message, record.raw) == (level, message, stamp + line)
    assert level_of(stamp + line) == level


@pytest.mark.parametrize(
    ("line", "time"),
    [
        (STAMP + LOGFMT, STAMPED),
        (b"2026-11-24T03:59:14.64174 " + LOGFMT, STAMPED),
        (b"@400000006b0510fc0755579c x", datetime(2026, 11, 24, 4, 22, 10, 123033, UTC)),
        (LOGFMT, datetime(2026, 11, 24, 3, 59, 15, 123456, UTC)),
        (JSON, datetime(2026, 11, 24, 3, 59, 15, 500000, UTC)),
        (LOGSTASH, datetime(2026, 11, 24, 3, 59, 15, 500000, UTC)),
        (ACCESS, datetime(2026, 11, 24, 3, 51, 12, 0, UTC)),
        (NGINX, datetime(2026, 11, 24, 17, 28, 16).astimezone(UTC)),
        (b"panic: x", None),
        (b'time="yesterday" level=info', None),
        (b"2026-99-24_03:59:14.64174 x", None),
        (b'1.1.1.1 - - [24/Brumaire/2026:03:51:12 +0000] "GET / HTTP/1.1" 200 1', None),
        (b"@4fffffffffffffffffffffff x", None),
    ],
)
def test_the_time_is_svlogds_else_the_lines_own_always_in_utc(line: bytes, time: datetime | None) -> None:
    record = parse(line, "registry")
    assert record.time == time_of(line) == time
    assert record.time is None or record.time.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        (LOGFMT, "err.detail", "x"),
        (LOGFMT, "http.response.status", "500"),
        (JSON, "err.code", "unknown"),
        (ACCESS, "http.response.status", 503),
        (ACCESS, "http.request.uri", "/v2/"),
        (ACCESS, "http.request.useragent", 'curl \\"7\\"'),
        (ACCESS, "http.response.written", 125),
        (ACCESS.replace(b" 125 ", b" - "), "http.response.written", 0),
        (NGINX, "upstream", "http://127.0.0.1:5000/v2/"),
        (NGINX, "host", "h:1"),
    ],
)
def test_fields_have_the_registrys_names(line: bytes, field: str, value: Any) -> None:
    assert parse(line, "registry").fields[field] == value


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (
            b'127.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /?level=fatal HTTP/1.1" 200 2 "" "\\" 503 "',
            "info",
        ),
        (b'time="2026-11-24T03:59:15Z" level=info msg="m" http.request.useragent="\\" level=fatal"', "info"),
        (b'{"http.request.useragent":"\\",\\"level\\":\\"fatal\\"","level":"info","msg":"m"}', "info"),
        (b'2026/11/24 17:28:16 [info] 1#1: *2 x, request: "GET /[emerg] HTTP/1.1"', "info"),
    ],
)
def test_what_a_client_sends_cannot_pose_as_a_level(line: bytes, level: str) -> None:
    assert level_of(line) == parse(line, "registry").level == level


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff\x1b[2J",
        b"{not json",
        b'{"a":' * 100_000,
        b"[1]",
        b'time="x" level=nosuch msg="open \\q \\',
        b'127.0.0.1 - - [x] "' + b"\\" * 10_001,
        b"=" * 10_000,
        b'time="2026-11-24T03:59:15Z" level=info ' + b"=" * 10_000,
    ],
)
def test_what_fits_nothing_is_kept_as_it_is(line: bytes) -> None:
    assert parse(line, "registry").raw == line


def test_every_recorded_line_with_a_level_has_a_time_and_a_message() -> None:
    lines = [line for path in DATA.glob("*.log") for line in path.read_bytes().splitlines()]
    records = [parse(line, "registry") for line in lines]
    assert len(records) > 300
    leveled = [
        r for r in records if r.level and not r.raw.startswith((b"panic", b"conf", b"chpst", b"nginx"))
    ]
    assert [r.raw for r in leveled if not r.time or not r.message] == []


@pytest.mark.parametrize(
    ("line", "behind"),
    [
        (b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET / HTTP/1.1" 200 2 "-" "curl" 1.5 "x"', b' 1.5 "x"'),
        (b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET / HTTP/1.1" 200 2 "-" "cu\\"rl"', b""),
        (b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET / HTTP/1.1" 200 2 x', b""),
        (b"panic: x", b""),
    ],
)
def test_what_a_log_format_adds_stands_behind_the_combined_one(line: bytes, behind: bytes) -> None:
    assert behind_combined(line) == behind
    assert behind_combined(b"2026-11-24_23:59:14.64174 " + line) == behind
