"""The debug server: who can reach it. It asks nobody for a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.settings.urls import bracketed

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at the address that it is bound to."""
    bound = next((address for name, address in facts.observed.listeners if name == "debug server"), None)
    if bound is None:
        raise NotTriedError("the registry has none: registry['debug_addr'] is not set")
    host, port = bound
    if not _is_loopback(host):
        yield found(
            "debug-server-exposed",
            f"{bracketed(host)}:{port}",
            f"The registry's debug server listens on {_in_words(host)}, and asks nobody for a password.",
            cause="It gives away what the registry does (/debug/vars, /metrics), and with pprof its memory.",
            remedy=f"registry['debug_addr'] = '127.0.0.1:{port}'\nglctl reconfigure",
            evidence=_profiles(facts),
        )
    return f"{bracketed(host)}:{port}"


def _is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_words(host: str) -> str:
    from glctl.settings.urls import is_everywhere

    return "every address" if is_everywhere(host) else host


def _profiles(facts: Facts) -> list[str]:
    """Whether it hands out profiles: version 2 always does, GitLab's only where told to."""
    if facts.observed.source != "disk":
        return []
    path = "/debug/pprof/cmdline"
    exchange = facts.client().request("GET", f"{facts.debug_base}{path}", step="profiles")
    return [f"{path} answers {exchange.status}: profiles are open"] if exchange.status == 200 else []


CHECK = Check("debug-exposed", "Only this machine reaches the debug server.", run, live=False)
