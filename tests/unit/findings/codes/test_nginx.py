"""What follows from what, of nginx."""

import pytest

from glctl.findings.codes.nginx import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("nginx-config-invalid", "service-crash-loop"),
        ("nginx-certificate-unusable", "service-down"),
        ("nginx-port-taken", "service-crash-loop"),
        ("nginx-port-forbidden", "service-crash-loop"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)
