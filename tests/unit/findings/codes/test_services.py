"""What follows from what, of services and ports."""

import pytest

from glctl.findings.codes.services import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("supervisor-missing", "service-down"),
        ("service-down", "proxy-bad-gateway"),
        ("service-crash-loop", "registry-unreachable"),
        ("service-crash-loop", "debug-unreachable"),
        ("port-taken", "service-crash-loop"),
        ("port-taken", "registry-port-taken"),
        ("port-taken", "nginx-port-taken"),
        ("port-taken", "wrong-backend"),
        ("port-not-listening", "registry-unreachable"),
        ("service-user-unknown", "service-crash-loop"),
        ("service-program-missing", "service-crash-loop"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_what_a_log_says_of_a_start_is_disproved_by_no_other_service() -> None:
    """Such lines are of nginx or of the registry; lines from before the last start do not count anyway."""
    starts = [code for code in CODES if code.name.startswith("service-") and "last words" in code.told_by]
    assert len(starts) == 3
    assert not any(code.disproved_by for code in starts)
