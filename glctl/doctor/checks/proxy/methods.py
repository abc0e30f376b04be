"""The methods of a push and of a deletion get through nginx.

Asked without a token, the registry stores nothing, and says in its challenge which actions the request needs:
by that the method is known that it has seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.distribution import Ping
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Each method, past nginx and through it."""
    from glctl.clients.distribution import METHODS, in_words, knock
    from glctl.doctor.facts import REPOSITORY

    client, base = facts.client(), facts.proxy_base
    seen, limited = [], False
    for method in METHODS:
        straight = knock(client, facts.local_base, REPOSITORY, method)
        through = knock(client, base, REPOSITORY, method)
        if _same(straight, through):
            continue
        limited = limited or through.exchange.status in (429, 503)
        seen.append(
            f"{method}: by itself {in_words(straight.exchange)}; through nginx {in_words(through.exchange)}"
        )
    if len(seen) == len(METHODS) and not limited:
        yield found(
            "proxy-refuses",
            base,
            "nginx refuses what docker sends: its User-Agent, or every path below /v2/.",
            evidence=seen[:2],
        )
    elif seen:
        names = ", ".join(line.partition(":")[0] for line in seen)
        summary = (
            "A rate limit refuses requests" if limited else f"Requests with {names} do not get through nginx"
        )
        yield found(
            "proxy-rate-limited" if limited else "proxy-method-refused", base, f"{summary}.", evidence=seen
        )
    return ", ".join(METHODS)


def _same(one: Ping, other: Ping) -> bool:
    return one.exchange.status == other.exchange.status and _actions(one) == _actions(other)


def _actions(ping: Ping) -> set[str]:
    """What the challenge asks for; in any order, which changes from one answer to the next."""
    scope = ping.challenge.scope if ping.challenge else ""
    return set(scope.rpartition(":")[2].split(","))


CHECK = Check(
    "methods",
    "The methods of a push and of a deletion get through nginx.",
    run,
    requires=("proxy",),
)
