from pathlib import Path

import pytest

from glctl.logs.explain import explain
from glctl.logs.ordinary import STARTED, TELLING, unusual
from glctl.logs.records import parse
from glctl.logs.rules import RULES

DATA = Path(__file__).parent / "data"
LINES = sorted({line for file in DATA.glob("*.log") for line in file.read_bytes().split(b"\n") if line})
HEALTHY = [
    line
    for file in DATA.glob("healthy*.log")
    for line in file.read_bytes().split(b"\n")
    if b" 4" not in line and STARTED not in line
]
STAMPS = (b"", b"2026-11-24_03:59:14.64174 ", b"@400000006b0510fc0755579c ", b"2026-11-24T04:22:10.62618 ")

GITLABS = (
    b'{"content_type":"","correlation_id":"01","duration_ms":5,"host":"h","level":"info","method":"GET",'
    b'"msg":"access","proto":"HTTP/1.1","referrer":"","remote_addr":"[::1]:5","remote_ip":"::1","status":%d,'
    b'"system":"http","time":"2026-11-24T03:59:14Z","ttfb_ms":4,"uri":"/v2/","user_agent":"%b"}'
)


def looked_at(*lines: bytes, prefix: bytes = b"") -> list[bytes]:
    text = b"\n" + b"".join(line + b"\n" for line in lines)
    return [text[start : text.index(b"\n", start)] for start in unusual(text, len(text), prefix)]


@pytest.mark.parametrize("stamp", STAMPS)
def test_behind_a_prefix_the_same_lines_are_worth_a_look(stamp: bytes) -> None:
    before = stamp + b"box (1): "
    without = looked_at(*(stamp + line for line in LINES))
    assert looked_at(*(before + line for line in LINES), prefix=b"box (1): ") == [
        before + line.removeprefix(stamp) for line in without
    ]


@pytest.mark.parametrize("stamp", STAMPS)
def test_no_recorded_line_that_a_rule_knows_is_ordinary(stamp: bytes) -> None:
    lines = [stamp + line for line in LINES]
    telling = [line for line in lines if (found := explain(parse(line, "registry"))) and found.rule]
    assert len(telling) > 100
    assert set(telling) <= set(looked_at(*lines))


@pytest.mark.parametrize("stamp", STAMPS)
def test_hardly_a_line_of_a_healthy_registry_is_worth_a_look(stamp: bytes) -> None:
    lines = [stamp + line for line in HEALTHY]
    assert len(looked_at(*lines)) < len(lines) / 5


@pytest.mark.parametrize(
    "line",
    [
        b"panic: runtime error: index out of range",
        b"goroutine 1 [running]:",
        b'time="2026-11-24T03:59:14Z" level=error msg="something new"',
        b'time="2026-11-24T03:59:14Z" level=warning msg=new',
        b'time="2026-11-24T03:59:14Z" level=info msg="token from untrusted issuer"',
        b'{"level":"fatal","msg":"x"}',
        b'{"http.request.useragent":"\\"level\\":\\"info\\",\\"msg\\":\\"","level":"error","msg":"x"}',
        b'127.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/ HTTP/1.1" 503 125 "" "curl"',
        b'127.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /\\" 200 HTTP/1.1" 500 125 "" "curl"',
        b"2026/11/24 17:28:16 [error] 1#1: *2 connect() failed",
        b'{"level":"info","method":"GET","msg":"access","status":500,"uri":"/v2/"}',
        GITLABS % (503, b"curl"),
        GITLABS % (500, b'\\"status\\":200,\\"level\\":\\"info\\",\\"msg\\":\\"x'),
        b'{"level":"info","message":"token signed by untrusted key with ID: \\"A\\""}',
        b"{",
        b"\xff\x00\x1b[31m",
    ],
)
@pytest.mark.parametrize("stamp", STAMPS)
def test_what_is_bad_or_unknown_is_looked_at(line: bytes, stamp: bytes) -> None:
    ordinary = b'time="2026-11-24T03:59:14Z" level=info msg="response completed"'
    assert looked_at(ordinary, stamp + line, ordinary) == [stamp + line]


@pytest.mark.parametrize(
    "line",
    [
        b'time="2026-11-24T03:59:14Z" level=debug msg="filesystem.Stat(\\"/\\")" error=no',
        b"time=x level=info",
        b'{"content_type":"x","level":"info","method":"GET","msg":"access","status":200,"uri":"/v2/"}',
        GITLABS % (200, b"curl"),
        GITLABS % (404, b"\\"),
        b'{"@version":"1","level":"info","message":"response completed"}',
        b'2001:0db8:85a3:0000:0:1:2 - - [24/Nov/2026:03:51:12 +0000] "GET / HTTP/1.1" 200 1 "" ""',
        b"2026/11/24 17:28:16 [notice] 1#1: signal process started",
    ],
)
@pytest.mark.parametrize("stamp", STAMPS)
def test_what_tells_nothing_is_not(line: bytes, stamp: bytes) -> None:
    assert looked_at(stamp + line) == ([stamp + line] if line == b"time=x level=info" else [])


def test_an_unfinished_line_is_worth_a_look_and_an_empty_one_is_not() -> None:
    assert list(unusual(b"\n\n\ntime=", 8)) == [3]


def test_the_words_that_tell_begin_what_rules_know() -> None:
    assert all(any(rule.pattern.lstrip("^").startswith(word.decode()) for rule in RULES) for word in TELLING)


def test_a_line_is_not_hidden_by_the_one_below_it() -> None:
    access = b'127.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/ HTTP/1.1" 200 2 "" ""'
    assert looked_at(b"panic: something unheard- of", access) == [b"panic: something unheard- of"]
