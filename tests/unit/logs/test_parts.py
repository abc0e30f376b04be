from pathlib import Path

import pytest

from glctl.logs.ordinary import unusual
from glctl.logs.parts import FREQUENT, Parts, frequent, taken_apart

DATA = Path(__file__).parent / "data"
LINES = sorted({line for file in DATA.glob("*.log") for line in file.read_bytes().split(b"\n")})
PREFIX = b"box (1): "
STAMPS = (b"", b"2026-11-24_03:59:14.64174 ", b"2026-11-24T03:59:14.64174 ")

TIME = b'time="2026-11-24T03:59:15.25Z" '
ACCESS = b'10.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/ HTTP/1.1" 200 2 "" "curl/7.88.1"'
ANSWER = (
    b'{"content_type":"","correlation_id":"01","duration_ms":5,"host":"h","level":"info","method":"GET",'
    b'"msg":"access","proto":"HTTP/1.1","referrer":"","remote_addr":"[::1]:5","remote_ip":"::1","status":200,'
    b'"system":"http","time":"2026-11-24T03:59:14Z","ttfb_ms":4,"uri":"/v2/","user_agent":"curl",'
    b'"written_bytes":7}'
)
OF_ACCESS = (b"24/Nov/2026:03:51 +0000", b":12", b"200 GET /v2/ 2B 10.0.0.1 curl/7.88.1", b"info")
OF_ANSWER = (b"2026-11-24T03:59", b":14", b"200 GET /v2/ 7B ::1 curl 5ms", b"info")
INFO = b'level=info msg="response completed" a=b'
OF_INFO = (b"2026-11-24T03:59", b":15.25", INFO, b"info")


def parts_of(line: bytes, prefix: bytes = b"") -> Parts | None:
    """What a frequent *line* is taken apart to; None where it is none."""
    found = frequent(prefix).fullmatch(line)
    assert found
    take = FREQUENT.get(found.lastgroup)
    return take(found) if take else None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (TIME + INFO, OF_INFO),
        (TIME + b'level=debug msg="s3.Stat(x)"', (*OF_INFO[:2], b'level=debug msg="s3.Stat(x)"', b"debug")),
        (ACCESS, OF_ACCESS),
        (
            ACCESS.replace(b"- -", b"- root"),
            (*OF_ACCESS[:2], b"200 GET /v2/ 2B 10.0.0.1 root curl/7.88.1", b"info"),
        ),
        (ACCESS + b' "-" 0.01', OF_ACCESS),
        (ANSWER, OF_ANSWER),
        (ANSWER.replace(b'"referrer":"",', b""), OF_ANSWER),
        (
            ACCESS.replace(b"/v2/", b'/\\"'),
            (*OF_ACCESS[:2], b'200 GET /\\" 2B 10.0.0.1 curl/7.88.1', b"info"),
        ),
        (ANSWER.replace(b'"curl"', b'""'), (*OF_ANSWER[:2], b"200 GET /v2/ 7B ::1 5ms", b"info")),
    ],
)
@pytest.mark.parametrize("prefix", [b"", PREFIX])
def test_what_is_written_all_day_is_taken_apart_at_once(line: bytes, parts: Parts, prefix: bytes) -> None:
    assert parts_of(prefix + line, prefix) == parts
    stamped = STAMPS[1] + prefix + line
    assert parts_of(stamped, prefix) == (b"2026-11-24_03:59", b":14.64174", *parts[2:])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"main.main()",
        TIME + b'level=info msg="token from untrusted issuer"',
        TIME + b'level=info msg="listening on [::]:5000"',
        TIME + b'level=warning msg="x"',
        TIME + b"level=info",
        TIME.replace(b"Z", b"+01:00") + INFO,
        STAMPS[1].replace(b"64174", b"6") + TIME + INFO,
        STAMPS[1].replace(b"64174", b"6") + ACCESS,
        b"@400000006b0510fc0755579c " + TIME + INFO,
        PREFIX + TIME + INFO,
        ACCESS.replace(b" 200 ", b" 502 "),
        ANSWER.replace(b"200", b"503"),
        ANSWER.replace(b"curl", b'\\"'),
        ANSWER.replace(b"curl", b"\t"),
        ANSWER.replace(b":7}", b':7,"uri":"/other"}'),
        ANSWER.replace(b":7}", b":07}"),
        ANSWER[:-1],
        b'{"level":"info","msg":"x"}',
        b"2026/11/24 03:59:15 [emerg] 12#12: broken",
    ],
)
def test_any_other_line_is_left(line: bytes) -> None:
    assert parts_of(line) is None


@pytest.mark.parametrize("prefix", [b"", PREFIX])
@pytest.mark.parametrize("stamp", STAMPS)
def test_no_frequent_line_is_worth_a_look_and_each_is_the_same_when_looked_at(
    stamp: bytes, prefix: bytes
) -> None:
    lines = [stamp + prefix + line for line in (*LINES, ACCESS, ANSWER)]
    found = {line: parts for line in lines if (parts := parts_of(line, prefix))}
    assert len(found) > 30
    for line, parts in found.items():
        assert not [*unusual(b"\n" + line, len(line) + 1, prefix)]
        same = taken_apart(line, prefix)
        assert same == (parts if same[0] else (b"", b"", *parts[2:]))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (TIME + b'level=error msg="m"', (*OF_INFO[:2], b'level=error msg="m"', b"error")),
        (ACCESS.replace(b" 200 ", b" 502 "), (*OF_ACCESS[:2], b"502" + OF_ACCESS[2][3:], b"error")),
        (ANSWER.replace(b"200", b"503"), (b"", b"", b"503" + OF_ANSWER[2][3:], b"error")),
        (b'{"a":"","level":"warning"}', (b"", b"", b'{"a":"","level":"warning"}', b"warning")),
        (b"2026/11/24 03:59:15 [emerg] 1#1: x", (b"2026/11/24 03:59", b":15", b"[emerg] 1#1: x", b"emerg")),
        (b"panic: x", (b"", b"", b"panic: x", b"fatal")),
        (b"", (b"", b"", b"", b"")),
    ],
)
@pytest.mark.parametrize("prefix", [b"", PREFIX])
def test_every_line_has_parts(line: bytes, parts: Parts, prefix: bytes) -> None:
    assert taken_apart(line, b"") == taken_apart(prefix + line, prefix) == parts
    stamped = b"2026-11-24_03:59:14.6 " + prefix + line
    assert taken_apart(stamped, prefix) == (b"2026-11-24_03:59", b":14.6", *parts[2:])
