"""Ports: that our services listen where they should, and nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.remedies import of_setting
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.services.ports import Listener

_SERVICE = {"registry": "registry", "debug server": "registry", "nginx": "nginx"}
_SETTING = {
    "registry": "registry['registry_http_addr']",
    "debug server": "registry['debug_addr']",
    "nginx": "registry['nginx']['listen_port']",
}


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look up the holders of every address that is configured."""
    from glctl.services import ports

    wanted = [each for each in facts.observed.listeners if _SERVICE[each[0]] in facts.observed.services]
    holders = {address: ports.holders(*address) for _, address in wanted}
    # Once for all: it looks at every process.
    foreign = ports.foreign([holder for each in holders.values() for holder in each], facts.observed.root)
    for name, address in wanted:
        yield from _judge(facts, name, address[1], holders[address], foreign)
    return ", ".join(f"{name} {address[1]}" for name, address in wanted)


def _judge(
    facts: Facts, name: str, port: int, holders: Sequence[Listener], foreign: Sequence[Listener]
) -> Generator[Finding, None, None]:
    service = _SERVICE[name]
    runs = facts.is_up(service)
    # Whose processes this user may not see counts as ours while our service runs.
    others = [holder for holder in holders if holder in foreign and (holder.processes or not runs)]
    if others:
        yield found(
            "port-taken",
            name,
            f"Port {port} ({name}) is held by {others[0]}.",
            remedy=f"Stop that process, or set {_SETTING[name]} to a free port and run:\nglctl reconfigure",
        )
    elif not holders and runs:
        yield found(
            "port-not-listening",
            name,
            f"{service} runs, but nothing listens on port {port} ({name}).",
            remedy=_otherwise(facts, name) or f"glctl restart {service}",
            evidence=facts.unread_changes() if service == "registry" else (),
        )


def _otherwise(facts: Facts, name: str) -> str:
    """How the registry is brought to listen on a port, where its settings say a Unix socket."""
    if name != "registry" or facts.observed.setting("http", "net") != "unix":
        return ""
    return of_setting(facts.observed, "http", "net", otherwise="glctl reconfigure")


CHECK = Check(
    "ports",
    "Our services listen where they should, and nobody else does.",
    run,
    requires=("configuration",),
    speaks=True,
    computes=True,
)
