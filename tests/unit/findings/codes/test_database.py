"""What follows from what, of database."""

import pytest

from glctl.findings.codes.database import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

SEVERITIES = {code.name: code.severity for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("database-unreachable", "service-crash-loop"),
        ("database-turned-off", "registry-unreachable"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    severity = SEVERITIES[cause]
    first, second = link(Finding(code, "c", "s", severity, "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)
