from __future__ import annotations

from typing import Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls.strength import CHECK


@pytest.mark.parametrize(
    ("weakness", "protocol", "codes"),
    [
        ("", "TLSv1.3", []),
        ("", "TLSv1.2", []),
        ("", "TLSv1.1", ["tls-protocol-old"]),
        ("its RSA key has only 1024 bits", "TLSv1.3", ["certificate-weak"]),
    ],
)
def test_what_clients_accept(
    new_facts: Any, run: Any, certificate: Any, place: Any, weakness: str, protocol: str, codes: list[str]
) -> None:
    shown = place(certificate(), certificate(weakness=weakness, fingerprint="e" * 64), protocol=protocol)
    findings, note = run(CHECK, new_facts(tls_here=(shown,), tls_elsewhere=NotTriedError("")))
    assert ([finding.code for finding in findings], note) == (codes, protocol)
