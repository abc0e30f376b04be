import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glctl.logs.recent import last_words, quoted, recent_lines, recent_matches, said_at_last
from glctl.logs.records import parse
from glctl.logs.sources import LogSource
from glctl.paths import Root

DATA = Path(__file__).parent / "data"


@pytest.fixture
def current(tmp_path: Path) -> Path:
    path = tmp_path / "var/log/gitlab/registry/current"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize(
    ("text", "count", "lines"),
    [
        (b"1\n2\n3\n", 2, [b"2", b"3"]),
        (b"1\n2\n3", 2, [b"2", b"3"]),
        (b"1\r2\n\n3\n", 5, [b"1\r2", b"", b"3"]),
        (b"", 5, []),
    ],
)
def test_recent_lines_are_the_last_ones(current: Path, text: bytes, count: int, lines: list[bytes]) -> None:
    current.write_bytes(text)
    assert recent_lines(LogSource("registry", current), count) == lines


def test_where_there_is_no_log_there_are_no_lines_and_no_words(tmp_path: Path) -> None:
    assert recent_lines(LogSource("registry", tmp_path / "nosuch/current"), 5) == []
    assert last_words(Root(tmp_path), "registry") == []


def test_the_last_words_are_what_a_rule_makes_of_the_latest_known_line(tmp_path: Path, current: Path) -> None:
    panic, taken = (
        (DATA / f"{code}.log").read_bytes() for code in ("storage-driver-unknown", "registry-port-taken")
    )
    current.write_bytes(panic + taken + panic)
    assert last_words(Root(tmp_path), "registry") == [
        "This build of the registry has no storage driver 'gcs'.",
        "panic: StorageDriver not registered: gcs",
    ]


def test_without_a_rule_the_last_words_are_the_latest_errors(tmp_path: Path, current: Path) -> None:
    current.write_bytes(b'time="2026-11-24T03:59:15Z" level=fatal msg="something new"\nusage\n')
    assert last_words(Root(tmp_path), "registry") == ["something new"]


def test_without_an_error_the_last_words_are_the_last_lines(tmp_path: Path, current: Path) -> None:
    current.write_bytes(b"1\n2\n3\n4\n\n")
    assert last_words(Root(tmp_path), "registry") == ["3", "4"]


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (0.0, ("listen tcp 127.0.0.1:5000: bind: address already in use",)),
        (1795597200.7, ("a", "b")),
        (1795597201.6, ("b",)),
        (1795597202.5, ()),
    ],
)
def test_what_one_said_that_ended_before_is_not_told_of_this_one(
    tmp_path: Path, current: Path, since: float, said: tuple[str, ...]
) -> None:
    current.write_text(
        "2026-11-25_09:00:00.50000 listen tcp 127.0.0.1:5000: bind: address already in use\n"
        '{"level":"info","msg":"a","time":"2026-11-25T09:00:01Z"}\n'
        "2026-11-25_09:00:02.00001 b\n"
    )
    assert said_at_last(Root(tmp_path), "registry", since).lines[-len(said) :] == said


def test_archives_are_read_where_the_live_file_is_too_short(current: Path) -> None:
    current.write_bytes(b"c\n")
    current.with_name("@400000006b0510fc0755579c.s").write_bytes(gzip.compress(b"a\nb\n"))
    assert recent_lines(LogSource("registry", current), 2) == [b"b", b"c"]


@pytest.mark.parametrize("stamp", [b"", b"2026-11-24_03:59:14.12345 "])
def test_what_is_listed_below_an_error_belongs_to_it_and_is_said_once(
    tmp_path: Path, current: Path, stamp: bytes
) -> None:
    said = [
        b"configuration error: error parsing c.yml: yaml: unmarshal errors:",
        b"  line 6: cannot unmarshal !!str `abc` into time.Duration",
        b"  line 12: cannot unmarshal !!str `q` into int",
        b"Usage:",
    ]
    current.write_bytes(b"".join(stamp + line + b"\n" for line in said))
    [told] = last_words(Root(tmp_path), "registry")
    assert told == (
        "The registry cannot use its configuration: error parsing c.yml: yaml: unmarshal errors: "
        "line 6: cannot unmarshal !!str `abc` into time.Duration; "
        "line 12: cannot unmarshal !!str `q` into int."
    )


def test_what_is_weighed_is_what_was_said_since_the_service_began(current: Path) -> None:
    full = (
        '{{"level":"error","msg":"x","err.detail":"write /srv: no space left on device",'
        '"time":"2026-11-25T09:00:{:02}Z"}}\n'
    )
    denied = full.replace("no space left on device", "permission denied")
    current.write_text("".join([full.format(1), full.format(2), denied.format(3), full.format(10)]))
    base = datetime(2026, 11, 25, 9, tzinfo=UTC)
    source = LogSource("registry", current)

    def found(since: int, began: int) -> list[tuple[str, int, bool]]:
        times = (base + timedelta(seconds=each) for each in (since, began))
        return [(m.code, m.count, m.ended is not None) for m in recent_matches(source, 100, *times)]

    full_code, denied_code = "storage-no-space", "storage-permission-denied"
    assert found(0, 0) == [(denied_code, 1, False), (full_code, 3, False)]
    assert found(0, 5) == [(denied_code, 1, True), (full_code, 1, False)]
    assert found(2, 20) == [(denied_code, 1, True), (full_code, 2, True)]


def test_last_words_hold_no_credentials(tmp_path: Path, current: Path) -> None:
    current.write_bytes(b"panic: cannot use secretkey: PLANTED\n")
    assert "PLANTED" not in "".join(last_words(Root(tmp_path), "registry"))


ERROR = (
    'time="2026-11-24T03:59:14Z" level=error msg="response completed with error" err.message="unknown error" '
    'err.detail="filesystem: mkdir /i: permission denied" http.response.status=500'
)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("plain words", "plain words"),
        (
            ERROR,
            "response completed with error; filesystem: mkdir /i: permission denied; unknown error; HTTP 500",
        ),
        ('127.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/ HTTP/1.1" 503 125 "" "curl"', "HTTP 503"),
        ('{"level":"error","msg":"same","error":"same"}', "same"),
        ("x" * 999, "x" * 299 + "…"),
        (
            "panic: cannot reach redis://:PLANTED@redis:6379",
            "panic: cannot reach redis://[MASKED]@redis:6379",
        ),
        ("panic: secretkey=PLANTED", "panic: secretkey=[MASKED]"),
    ],
)
def test_a_record_in_one_line_without_credentials(line: str, text: str) -> None:
    assert quoted(parse(line.encode(), "registry")) == text


def test_the_prefix_of_svlogd_hides_no_last_words(tmp_path: Path, current: Path) -> None:
    (current.parent / "config").write_bytes(b"pbox registry: \n")
    current.write_bytes(b"2026-11-24_03:59:14.64174 box registry: panic: StorageDriver not registered: gcs\n")
    assert said_at_last(Root(tmp_path), "registry").code == "storage-driver-unknown"
