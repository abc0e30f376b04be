"""What follows from what, of TLS."""

import pytest

from glctl.findings.codes.tls import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("certificate-missing", "service-crash-loop"),
        ("certificate-key-mismatch", "nginx-certificate-unusable"),
        ("certificate-unusable", "service-down"),
        ("tls-file-missing", "nginx-config-invalid"),
        ("tls-port-plain-http", "proxy-unreachable"),
        ("plain-port-tls", "wrong-backend"),
        ("tls-handshake-failed", "push-failed"),
        ("certificate-not-reloaded", "certificate-expired"),
        ("wrong-virtual-host", "certificate-name-mismatch"),
        ("wrong-virtual-host", "wrong-backend"),
        ("certificate-expired", "certificate-untrusted"),
        ("certificate-name-mismatch", "certificate-untrusted"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_what_many_run_on_purpose_is_no_error() -> None:
    mild = {code.name for code in CODES if code.severity != "error"}
    assert mild == {
        "certificate-untrusted",
        "certificate-expiring",
        "private-key-exposed",
        "registry-plain-http",
    }
