"""The public address as clients resolve it: what stands before nginx stands here, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.proxy.judge import judge
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.failures import Failure
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ at the public address."""
    public = facts.public()
    base, ping, where = public.origin, public.ping, ", ".join(public.addresses)
    failure = ping.exchange.failure
    if ping.exchange.status is None and failure:
        yield _unreachable(facts, base, failure, where)
    elif finding := judge(facts, base, ping):
        yield finding
    return f"{base} is {where} for this host"


def _unreachable(facts: Facts, base: str, failure: Failure, where: str) -> Finding:
    if failure.kind == "dns":
        raise NotTriedError(f"{failure.message}: what clients meet there cannot be told from this host")
    vhost = facts.observed.vhost
    listens = ", ".join(f"{host}:{port}" for host, port in (vhost.listens if vhost else ()))
    evidence = [f"{failure.message}", f"on this host the name is {where}; nginx listens on {listens}"]
    if failure.kind in ("tls", "protocol"):
        return found(
            "proxy-scheme-mismatch",
            base,
            f"{base} is not served as its address says: {failure.message}.",
            evidence=evidence,
        )
    # Often a host does not reach its own public address, and clients do.
    perhaps = failure.kind in ("timeout", "unreachable")
    return found(
        "public-unreachable",
        base,
        f"The registry's public address cannot be reached: {failure.message}.",
        severity="warning" if perhaps else None,
        evidence=evidence,
    )


CHECK = Check("public", "Clients reach the registry at its public address.", run, requires=("proxy",))
