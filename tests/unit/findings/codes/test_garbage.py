"""What follows from what, of garbage."""

import pytest

from glctl.findings.codes.garbage import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

SEVERITIES = {code.name: code.severity for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("registry-read-only", "push-failed"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    severity = SEVERITIES[cause]
    first, second = link(Finding(code, "c", "s", severity, "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)
