from glctl.logs import explain as explaining
from glctl.logs.explain import explain, may_tell
from glctl.logs.records import parse

FULL = b'time="2026-11-24T03:59:15Z" level=error msg="x" err.detail="write /srv: no space left on device"'
NOISE = b'level=warning msg="error authorizing context: authorization token required"'
NOISE = b'time="2026-11-24T03:59:15Z" ' + NOISE


def test_a_rule_explains_a_record() -> None:
    found = explain(parse(FULL, "registry"))
    assert found
    assert found.rule
    assert found.rule.code == "storage-no-space"
    assert found.explanation == "The file system of /srv has no space or no inodes left."


def test_noise_is_known_and_no_rule() -> None:
    found = explain(parse(NOISE, "registry"))
    assert found
    assert found.rule is None


def test_what_nothing_fits_is_not_explained() -> None:
    assert explain(parse(b"something new", "registry")) is None


def test_whether_a_line_may_tell_something_is_told_by_its_bytes() -> None:
    assert may_tell(FULL)
    assert not may_tell(b"something new")


def test_a_long_text_is_explained_and_not_kept() -> None:
    before = explaining._explained.cache_info().currsize
    found = explain(parse(FULL.replace(b"/srv", b"/srv" * 1000), "registry"))
    assert found
    assert found.rule
    assert found.rule.code == "storage-no-space"
    assert explaining._explained.cache_info().currsize == before
