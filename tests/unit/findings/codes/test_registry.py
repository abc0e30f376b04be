"""What follows from what, of the registry itself."""

import pytest

from glctl.findings.codes.registry import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("registry-unreachable", "proxy-bad-gateway"),
        ("registry-unhealthy", "push-failed"),
        ("registry-port-taken", "service-crash-loop"),
        ("debug-port-taken", "service-crash-loop"),
        ("registry-config-invalid", "service-crash-loop"),
        ("registry-panic", "service-crash-loop"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_what_kept_it_from_starting_is_over_when_it_answers() -> None:
    starts = [code for code in CODES if "last words" in code.told_by]
    assert len(starts) == 6
    assert all(code.disproved_by == ("local",) for code in starts)
