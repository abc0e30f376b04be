from datetime import UTC, datetime

from glctl.logs.scan import EXAMPLES, scan


def full(second: int, path: str = "/srv/a") -> bytes:
    return (
        f'time="2026-11-24T03:59:{second:02}Z" level=error msg="response completed with error" '
        f'err.detail="write {path}: no space left on device" http.response.status=500'
    ).encode()


def moment(second: int) -> datetime:
    return datetime(2026, 11, 24, 3, 59, second, tzinfo=UTC)


UNKNOWN = b'time="2026-11-24T03:59:15Z" level=error msg="something new"'


def test_lines_of_one_code_are_counted_and_the_latest_kept() -> None:
    result = scan([full(second, f"/srv/{second}") for second in range(10, 20)], "registry")
    (match,) = result.matches
    assert (match.code, match.severity, match.count) == ("storage-no-space", "error", 10)
    assert (match.first, match.last) == (moment(10), moment(19))
    assert match.explanation == "The file system of /srv/19 has no space or no inodes left."
    assert [record.time for record in match.examples] == [moment(s) for s in range(20 - EXAMPLES, 20)]
    assert {record.service for record in match.examples} == {"registry"}


def test_what_was_seen_latest_comes_last() -> None:
    panic = b"panic: StorageDriver not registered: gcs"
    codes = [match.code for match in scan([panic, full(1), panic], "registry").matches]
    assert codes == ["storage-no-space", "storage-driver-unknown"]


def test_only_lines_from_since_on_count_and_those_without_a_time() -> None:
    panic = b"panic: StorageDriver not registered: gcs"
    result = scan([panic, full(1), UNKNOWN, full(30), full(31)], "registry", since=moment(30))
    assert [(match.code, match.count, match.first) for match in result.matches] == [
        ("storage-driver-unknown", 1, None),
        ("storage-no-space", 2, moment(30)),
    ]
    assert result.unexplained_count == 0


def test_errors_that_no_rule_explains_are_kept_apart() -> None:
    lines = [UNKNOWN.replace(b"new", b"new %d" % number) for number in range(5)]
    result = scan([*lines, UNKNOWN.replace(b"level=error", b"level=info")], "registry")
    assert result.matches == ()
    assert result.unexplained_count == 5
    assert [record.message for record in result.unexplained] == [f"something new {n}" for n in range(2, 5)]


def test_where_a_line_names_no_subject_the_sentence_stays_whole() -> None:
    line = b'time="2026-11-24T03:59:15Z" level=info msg="token from untrusted issuer"'
    (match,) = scan([line], "registry").matches
    assert match.explanation.endswith("the token's is 'unknown'.")
