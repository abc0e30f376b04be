"""What follows from what, on the way through nginx."""

import pytest

from glctl.findings.codes.proxy import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("proxy-unreachable", "push-failed"),
        ("proxy-bad-gateway", "push-failed"),
        ("wrong-backend", "push-failed"),
        ("proxy-bad-answer", "push-failed"),
        ("location-wrong", "push-failed"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)
