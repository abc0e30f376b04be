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
        ("s3-list-denied", "registry-unhealthy"),
        ("s3-get-denied", "s3-redirect-denied"),
        ("s3-delete-denied", "s3-access-denied"),
        ("s3-redirect-denied", "blob-damaged"),
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


def test_what_shows_that_it_is_over() -> None:
    by_name = {code.name: code for code in CODES}
    assert by_name["s3-bucket-missing"].disproved_by == ("s3-signed", "push")
    assert by_name["s3-access-denied"].disproved_by == ("s3-policy",)  # only every action tried
    assert by_name["s3-throttled"].disproved_by == ()
