"""What follows from what, of a wrong clock."""

import pytest

from glctl.findings.codes.clock import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("clock-skew", "token-not-yet-valid"),
        ("clock-skew", "token-expired"),
        ("clock-skew", "s3-clock-skewed"),
        ("clock-skew", "gitlab-clock-skew"),
        ("gitlab-clock-skew", "token-not-yet-valid"),
        ("gitlab-clock-skew", "token-expired"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_a_wrong_clock_refuses_no_token_of_our_own() -> None:
    """It is signed and checked by one and the same clock."""
    found = link(Finding(code, "c", "s", "error", "S.") for code in ("clock-skew", "token-refused"))
    assert [finding.explained_by for finding in found] == [None, None]


def test_a_clock_that_is_not_verified_is_no_error() -> None:
    assert {code.name: code.severity for code in CODES}["clock-not-verified"] == "warning"
