"""Ports: that our services listen where they should, and nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.doctor.virtual_host import Address
    from glctl.findings.model import Finding

_SERVICE = {"registry": "registry", "debug server": "registry", "nginx": "nginx"}
_SETTING = {
    "registry": "registry['registry_http_addr']",
    "debug server": "registry['debug_addr']",
    "nginx": "registry['nginx']['listen_port']",
}


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look up the holders of every address that is configured."""
    seen = []
    for name, address in facts.observed.listeners:
        if _SERVICE[name] not in facts.observed.services:
            continue
        yield from _judge(facts, name, address)
        seen.append(f"{name} {address[1]}")
    return ", ".join(seen)


def _judge(facts: Facts, name: str, address: Address) -> Generator[Finding, None, None]:
    from glctl.services import ports

    service, port = _SERVICE[name], address[1]
    runs = facts.is_up(service)
    holders = ports.holders(*address)
    # Whose processes this user may not see counts as ours while our service runs.
    foreign = [h for h in ports.foreign(holders, facts.observed.root) if h.processes or not runs]
    if foreign:
        yield found(
            "port-taken",
            name,
            f"Port {port} ({name}) is held by {foreign[0]}.",
            remedy=f"Stop that process, or set {_SETTING[name]} to a free port and run:\nglctl reconfigure",
        )
    elif not holders and runs:
        yield found(
            "port-not-listening",
            name,
            f"{service} runs, but nothing listens on port {port} ({name}).",
            remedy=f"glctl restart {service}",
            evidence=facts.unread_changes() if service == "registry" else (),
        )


CHECK = Check(
    "ports",
    "Our services listen where they should, and nobody else does.",
    run,
    requires=("configuration",),
    speaks=True,
    computes=True,
)
