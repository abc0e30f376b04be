"""What follows from what, of object stores."""

import pytest

from glctl.findings.codes.s3 import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("s3-access-denied", "push-failed"),
        ("s3-bucket-missing", "registry-unhealthy"),
        ("s3-no-credentials", "service-crash-loop"),
        ("s3-config-invalid", "service-crash-loop"),
        ("s3-unreachable", "registry-unhealthy"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_only_what_a_push_shows_is_over_when_one_succeeds() -> None:
    by_name = {code.name: code for code in CODES}
    assert by_name["s3-bucket-missing"].disproved_by == ("push",)
    assert by_name["s3-access-denied"].disproved_by == ()  # a push does not try every action
    assert by_name["s3-throttled"].disproved_by == ()
