import pytest

from glctl.errors import UsageError
from glctl.logs.filters import LineFilter, line_filter
from glctl.logs.records import Level

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
    test = wanted(minimum, grep).new_test()
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
    assert errors.new_test()(b"panic: x")
    assert not errors.new_test()(b"goroutine 1 [running]:")


def test_only_lines_with_a_level_of_their_own_begin_a_record() -> None:
    errors = wanted("error", None)
    assert [index for index, line in enumerate(LINES) if errors.begins(line)] == [2, 7]
    grep = wanted(None, "GET")
    assert [index for index, line in enumerate(LINES) if grep.begins(line)] == [5, 7]


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
    assert wanted(None, "größe").begins("die größe".encode())


@pytest.mark.parametrize("grep", ["(", "a{99999999999999}", "(?P<x", "*"])
def test_what_is_no_regular_expression_is_a_usage_error(grep: str) -> None:
    with pytest.raises(UsageError) as error:
        line_filter(None, grep)
    assert f"'{grep}' is not a regular expression" in error.value.message
