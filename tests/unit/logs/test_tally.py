from datetime import UTC, datetime

import pytest

from glctl.logs.records import parse
from glctl.logs.tally import EXAMPLES, Tally, affected, shape


def full(second: int, more: str = "") -> bytes:
    return (
        f'time="2026-11-24T03:59:{second:02}Z" level=error msg="response completed with error" '
        f'err.detail="write /srv/a: no space left on device" {more}'
    ).encode()


def unknown(text: str) -> bytes:
    return f'time="2026-11-24T03:59:15Z" level=error msg="{text}"'.encode()


def tally(*lines: bytes, file: str = "current") -> Tally:
    made = Tally()
    for number, line in enumerate(lines):
        made.add(parse(line, "registry"), file, number * 100)
    return made


def test_lines_of_one_code_are_counted_with_times_minutes_and_examples() -> None:
    seen = tally(*(full(second) for second in (30, 10, 20, 40))).codes["storage-no-space"]
    assert (seen.count, seen.severity) == (4, "error")
    assert seen.first == datetime(2026, 11, 24, 3, 59, 10, tzinfo=UTC)
    assert seen.last == datetime(2026, 11, 24, 3, 59, 40, tzinfo=UTC)
    assert list(seen.minutes.values()) == [4]
    assert [(e.file, e.offset) for e in seen.examples] == [("current", n * 100) for n in range(EXAMPLES)]


def test_what_no_rule_explains_is_grouped_by_its_shape() -> None:
    counted = tally(unknown("lost 15 blobs of /a/b"), unknown("lost 9 blobs of /c"), unknown("other"))
    assert {name: seen.count for name, seen in counted.shapes.items()} == {
        "lost … blobs of …": 2,
        "other": 1,
    }


def test_noise_and_what_is_fine_are_no_finding() -> None:
    counted = tally(
        unknown("response completed with error") + b" http.response.status=404",
        unknown("response completed").replace(b"error", b"info"),
    )
    assert (counted.codes, counted.shapes, counted.noise) == ({}, {}, 1)


def test_counting_apart_and_joining_is_counting_together() -> None:
    lines = [full(1), unknown("x 1"), full(2), unknown("y"), full(3), full(4)]
    together = tally(*lines)
    joined = tally(*lines[:3])
    joined.join(tally(*lines[3:]))
    assert {c: (s.count, s.first, s.last, s.minutes) for c, s in joined.codes.items()} == {
        c: (s.count, s.first, s.last, s.minutes) for c, s in together.codes.items()
    }
    assert {c: s.count for c, s in joined.shapes.items()} == {c: s.count for c, s in together.shapes.items()}
    assert len(joined.codes["storage-no-space"].examples) == EXAMPLES


def test_memory_stays_bounded_whatever_is_logged() -> None:
    words = ["".join(chr(97 + (n // 26**i) % 26) for i in range(4)) for n in range(2000)]
    counted = tally(*(unknown(word) for word in words))
    assert len(counted.shapes) <= 1001
    assert sum(seen.count for seen in counted.shapes.values()) == 2000


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            full(1, 'vars.name=g/p auth.user.name=root http.request.remoteaddr="10.0.0.1:4000"'),
            ("g/p", "root", "10.0.0.1"),
        ),
        (
            b'10.0.0.2 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/g/p/q/blobs/uploads/ HTTP/1.1" 503 1 "" ""',
            ("g/p/q", "", "10.0.0.2"),
        ),
        (
            b'2026/11/24 17:28:16 [error] 1#1: *2 x, client: ::1, request: "PUT /v2/g/p/blobs/1 HTTP/1.1"',
            ("g/p", "", "::1"),
        ),
        (b'{"level":"error","msg":"x","remote_addr":"[::1]:5","auth_user_name":"u"}', ("", "u", "::1")),
        (b"panic: x", ("", "", "")),
    ],
)
def test_whom_a_record_is_about(line: bytes, expected: tuple[str, str, str]) -> None:
    assert affected(parse(line, "registry")) == expected


def test_a_shape_is_short_and_one_line() -> None:
    assert len(shape(parse(unknown("a b " * 1000), "registry"))) <= 160
    assert "\n" not in shape(parse(b'{"level":"error","msg":"a\\nb"}', "registry"))
