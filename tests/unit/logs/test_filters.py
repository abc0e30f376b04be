from datetime import UTC, datetime
from pathlib import Path

import pytest

from glctl.errors import UsageError
from glctl.logs.filters import LineFilter, line_filter
from glctl.logs.records import Level
from glctl.logs.sources import LogSource
from glctl.logs.stretches import Window

REGISTRY = LogSource("registry", Path("/logs/current"))

LINES = [
    b'time="2026-11-24T03:59:15Z" level=info msg="one"',
    b'{"level":"warning","msg":"two"}',
    b"panic: three",
    b"",
    b"goroutine 1 [running]:",
    b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET /four HTTP/1.1" 200 2 "" ""',
    b"five has no level, and follows one that has too low a level",
    b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET /six HTTP/1.1" 500 2 "" ""',
]


def wanted(minimum: Level | None, grep: str | None) -> LineFilter:
    found = line_filter(minimum, grep)
    assert found
    return found


def passing(minimum: Level | None, grep: str | None) -> list[int]:
    test = wanted(minimum, grep).new_test(REGISTRY)
    return [index for index, line in enumerate(LINES) if test(line)]


def test_without_a_condition_there_is_no_filter() -> None:
    assert line_filter(None, None) is None


@pytest.mark.parametrize(
    ("minimum", "indices"),
    [
        ("debug", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("warning", [1, 2, 3, 4, 7]),
        ("error", [2, 3, 4, 7]),
        ("fatal", [2, 3, 4]),
    ],
)
def test_a_line_without_a_level_goes_with_the_one_before(minimum: Level, indices: list[int]) -> None:
    assert passing(minimum, None) == indices


def test_each_source_has_a_memory_of_its_own() -> None:
    errors = wanted("error", None)
    assert errors.new_test(REGISTRY)(b"panic: x")
    assert not errors.new_test(REGISTRY)(b"goroutine 1 [running]:")


def test_only_lines_with_a_level_of_their_own_begin_a_record() -> None:
    begins = wanted("error", None).counting(REGISTRY)
    assert [index for index, line in enumerate(LINES) if begins(line)] == [2, 7]
    begins = wanted(None, "GET").counting(REGISTRY)
    assert [index for index, line in enumerate(LINES) if begins(line)] == [5, 7]


@pytest.mark.parametrize(
    ("minimum", "grep", "indices"),
    [
        (None, "GET /(four|six)", [5, 7]),
        (None, "^panic", [2]),
        ("error", "GET", [7]),
        ("error", "goroutine", [4]),
    ],
)
def test_grep_looks_at_each_line(minimum: Level | None, grep: str, indices: list[int]) -> None:
    assert passing(minimum, grep) == indices


def test_grep_knows_letters_beyond_ascii() -> None:
    assert wanted(None, "größe").counting(REGISTRY)("die größe".encode())


@pytest.mark.parametrize("grep", ["(", "a{99999999999999}", "(?P<x", "*"])
def test_what_is_no_regular_expression_is_a_usage_error(grep: str) -> None:
    with pytest.raises(UsageError) as error:
        line_filter(None, grep)
    assert f"'{grep}' is not a regular expression" in error.value.message


STAMPED = [
    b"2026-11-24_03:59:59.99999 one",
    b"2026-11-24_04:00:00.00000 two",
    b"no time of its own",
    b"2026-11-24_05:00:00.00000 three",
    b"",
]


@pytest.mark.parametrize(
    ("since", "until", "passing", "begin"),
    [(4, None, [1, 2, 3, 4], [1, 3]), (4, 5, [1, 2], [1]), (None, 4, [0], [0]), (6, None, [], [])],
)
def test_a_line_without_a_time_goes_with_the_one_before(
    since: int | None, until: int | None, passing: list[int], begin: list[int]
) -> None:
    hours = [datetime(2026, 11, 24, hour, tzinfo=UTC) if hour else None for hour in (since, until)]
    of_window = line_filter(window=Window(*hours))
    assert of_window
    test, begins = of_window.new_test(REGISTRY), of_window.counting(REGISTRY)
    assert [index for index, line in enumerate(STAMPED) if test(line)] == passing
    assert [index for index, line in enumerate(STAMPED) if begins(line)] == begin


def test_the_prefix_of_svlogd_hides_no_level() -> None:
    source = LogSource("registry", Path("/logs/current"), b"box registry: ")
    errors = wanted("error", None)
    line = b"2026-11-24_03:59:14.64174 box registry: " + b'time="2026-11-24T03:59:14Z" level=error msg="one"'
    assert errors.new_test(source)(line)
    assert errors.counting(source)(line)
    assert not errors.counting(REGISTRY)(line)


ABOUT = b'{"correlation_id":"01GE","level":"info","msg":"access","status":500}'


def test_only_lines_about_a_request_are_wanted_and_counted() -> None:
    of_request = line_filter("error", request="01GE")
    assert of_request
    test, begins = of_request.new_test(REGISTRY), of_request.counting(REGISTRY)
    lines = [ABOUT, b"main.main()", ABOUT.replace(b"500", b"200"), ABOUT.replace(b"01GE", b"01GF")]
    assert [test(line) for line in lines] == [True, False, False, False]
    assert [begins(line) for line in lines] == [True, False, False, False]


def test_a_request_without_an_id_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no id"):
        line_filter(request="")
