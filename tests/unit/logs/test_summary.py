from collections import Counter
from datetime import UTC, datetime

import pytest

from glctl.console import Console
from glctl.logs.records import parse
from glctl.logs.summary import report, shown, spark, to_document, to_text
from glctl.logs.tally import Tally

STAMP = b"2026-11-24_03:%02d:14.64174 "
LINES = {
    b"full": b'time="x" level=error msg="m" err.detail="write /srv: no space left on device" vars.name=g/p',
    b"panic": b"panic: something broke",
    b"new": b'time="x" level=error msg="never seen 15 of it"',
    b"signed": b'time="x" level=error msg="m" err.detail="s3aws: AccessDenied: https://a?X-Amz-Signature=c0ffee"',
}


def counted(*names: bytes) -> Tally:
    tally = Tally(is_empty=False)
    for minute, name in enumerate(names):
        tally.add(parse(STAMP % minute + LINES[name], "registry"), "current", minute * 10)
    return tally


def text(tally: Tally) -> str:
    return to_text(tally, report(tally, 1.0), Console(), UTC)


def test_errors_stand_by_how_often_they_were_seen_and_the_most_likely_cause_is_last() -> None:
    printed = text(counted(b"panic", b"full", b"full"))
    assert printed.index("[storage-no-space]") < printed.index("[registry-panic]")
    assert "2 times, 2026-11-24 03:01:14 UTC to 2026-11-24 03:02:14 UTC  ██" in printed
    assert "    in      g/p (2)" in printed
    assert "current+10: m: write /srv: no space left on device" in printed
    assert printed.splitlines()[-1].startswith(
        "Most likely: The file system of /srv has no space or no inodes left [storage-no-space]"
    )


def test_what_no_rule_explains_is_shown_by_its_shape() -> None:
    printed = text(counted(b"new", b"new"))
    assert "2 errors that no rule explains:\n  never seen … of it\n    seen    2 times" in printed
    assert printed.splitlines()[-1].startswith("No known problem, but errors that no rule knows.")


def test_nothing_is_said_of_logs_without_a_problem() -> None:
    assert text(Tally(size=2_500_000_000, is_empty=False)) == "No known problem. 2.5 GB in 1.0 s."


def test_what_could_not_be_read_is_not_called_free_of_problems() -> None:
    tally = Tally(is_empty=False)
    tally.unread["/logs/current"] = "Permission denied"
    assert text(tally).splitlines()[-1].startswith("No known problem in what could be read.")


def test_no_signature_is_repeated() -> None:
    tally = counted(b"signed")
    printed = text(tally) + repr(to_document(tally, report(tally, 1.0)))
    assert "AccessDenied" in printed
    assert "c0ffee" not in printed


def test_the_document_has_the_doctors_keys_and_the_numbers() -> None:
    tally = counted(b"full", b"new")
    document = to_document(tally, report(tally, 1.0))
    assert (document["ok"], document["root_causes"]) == (False, ["storage-no-space"])
    [finding] = document["findings"]
    assert (finding["code"], finding["count"], finding["first"]) == (
        "storage-no-space",
        1,
        "2026-11-24T03:00:14.641740+00:00",
    )
    assert finding["repositories"] == {"g/p": 1}
    assert [each["shape"] for each in document["unexplained"]] == ["never seen … of it"]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [({5: 3}, ""), ({0: 1, 1: 8}, "▂█"), ({0: 1, 3: 1}, "█▁▁█"), (dict.fromkeys(range(240), 2), "█" * 24)],
)
def test_a_spark_line_shows_how_the_rate_went(minutes: dict[int, int], expected: str) -> None:
    assert spark(Counter(minutes)) == expected


def test_a_time_names_its_zone() -> None:
    assert shown(datetime(2026, 11, 24, 3, 0, 1, tzinfo=UTC), UTC) == "2026-11-24 03:00:01 UTC"
