from glctl.findings.catalog import CODES as ALL
from glctl.findings.codes.push import CODES


def test_a_failed_push_is_the_end_of_every_chain() -> None:
    """It explains nothing, and nearly everything explains it."""
    assert not any(code.explains for code in CODES)
    assert sum("push-failed" in code.explains for code in ALL.values()) > 20


def test_a_damaged_blob_is_a_cause_of_its_own_unless_s3_hands_it_out() -> None:
    causes = {code.name for code in ALL.values() if "blob-damaged" in code.explains}
    assert {name for name in causes if not name.startswith("s3-")} == set()
