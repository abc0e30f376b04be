"""What follows from what, of file systems."""

import pytest

from glctl.findings.codes.storage import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("storage-missing", "push-failed"),
        ("storage-missing", "storage-not-a-directory"),
        ("storage-not-writable", "storage-permission-denied"),
        ("storage-not-writable", "push-failed"),
        ("storage-read-only", "storage-not-writable"),
        ("storage-full", "storage-no-space"),
        ("storage-io-error", "registry-unhealthy"),
        ("storage-driver-unknown", "service-crash-loop"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_what_a_log_says_is_over_when_the_registrys_account_can_write() -> None:
    by_name = {code.name: code for code in CODES}
    for name in ("storage-permission-denied", "storage-no-space", "storage-read-only"):
        assert by_name[name].disproved_by == ("storage-writable",)
