"""Certificates and protocols: strong enough for the clients of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.tls import require_shown
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_TOO_OLD = ("SSLv3", "TLSv1", "TLSv1.1")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at each key and signature that is sent, and at the newest protocol."""
    for place in require_shown(facts):
        for weak in (certificate for certificate in place.shown.chain if certificate.weakness):
            yield found(
                "certificate-weak",
                place.label,
                f"Clients refuse the certificate {weak.subject} at {place.label}: {weak.weakness}.",
            )
        if place.shown.protocol in _TOO_OLD:
            yield found(
                "tls-protocol-old",
                place.label,
                f"{place.label} speaks {place.shown.protocol} at best, which clients do not any more.",
            )
    return ", ".join(sorted({place.shown.protocol for place in require_shown(facts)}))


CHECK = Check("certificate-strength", "Keys, signatures and protocols are accepted.", run, requires=("tls",))
