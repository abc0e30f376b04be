"""Ports: that our services listen where they should, and nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_SERVICE = {"registry": "registry", "debug server": "registry", "nginx": "nginx"}
_SETTING = {
    "registry": "registry['registry_http_addr']",
    "debug server": "registry['debug_addr']",
    "nginx": "registry['nginx']['listen_port']",
}


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look up the holders of every address that is configured."""
    from glctl.services import ports

    if facts.observed.source != "disk":
        raise NotTriedError("only a gitlab.rb is examined, nothing listens for it")
    seen = []
    for name, (host, port) in facts.observed.listeners.items():
        holders = ports.holders(host, port)
        foreign = ports.foreign(holders, facts.observed.root)
        service = _SERVICE[name]
        if foreign:
            yield found(
                "port-taken",
                "ports",
                name,
                f"Port {port} of the {name} is held by {foreign[0]}.",
                remedy=f"Stop that process, or set {_SETTING[name]} to a free port; then: glctl reconfigure",
            )
        elif not holders and service in facts.services() and facts.services()[service].status.is_up:
            yield found(
                "port-not-listening",
                "ports",
                name,
                f"{service} runs, but nothing listens on port {port} of the {name}.",
                remedy=f"glctl restart {service}",
            )
        seen.append(f"{name} {port}")
    return ", ".join(seen)


CHECK = Check("ports", "Our services listen where they should, and nobody else does.", run)
