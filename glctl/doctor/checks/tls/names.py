"""Certificates: for the name that clients use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.tls import require_shown
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.certificates import Certificate
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Hold each server's own certificate against the name that it is asked for by."""
    notes = []
    for place in require_shown(facts, by_name=True):
        own, wanted = place.shown.chain[0], f"{_kind(place.host)}:{place.host.strip('[]')}"
        if own.is_for(place.host):
            notes.append(f"for {place.host}")
            continue
        yield found(
            "certificate-name-mismatch",
            place.label,
            f"The certificate at {place.label} is not for {place.host}: {_why(own, place.host)}.",
            remedy=f"Have one issued with the subjectAltName {wanted}, and name it:\n"
            "registry['nginx']['ssl_certificate'] = '…'",
            evidence=[f"subjectAltName: {', '.join((*own.names, *own.addresses)) or 'none'}"],
        )
    return ", ".join(notes)


def _why(own: Certificate, host: str) -> str:
    bare = host.strip("[]").lower()
    if not own.names and not own.addresses:
        return f"it has no subjectAltName, and clients ignore its common name {own.common_name}"
    if _kind(host) == "IP":
        return "it has no subjectAltName with this address"
    wildcards = [name for name in own.names if name.startswith("*.") and bare.endswith(name[1:])]
    if wildcards:
        return f"{wildcards[0]} stands for one label only"
    return f"it is for {', '.join((*own.names, *own.addresses))}"


def _kind(host: str) -> str:
    from ipaddress import ip_address

    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return "DNS"
    return "IP"


CHECK = Check("certificate-names", "Certificates are for the name in use.", run, requires=("tls",))
