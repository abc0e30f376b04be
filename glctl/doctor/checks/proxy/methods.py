"""The methods of a push and of a deletion get through nginx.

Asked without a token, the registry stores nothing, and says in its challenge which actions the request needs:
by that the method is known that it has seen, and whether the query came with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.proxy.judge import judge, one_of_several
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from glctl.clients.distribution import Ping
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_LENGTH_REQUIRED = 411


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Each method, past nginx and through it."""
    from glctl.clients.distribution import METHODS, knock
    from glctl.doctor.tokens import REPOSITORY

    straight = {m: knock(facts.client(), facts.local_base, REPOSITORY, m) for m in METHODS}
    through = {m: knock(facts.client(), facts.proxy_base, REPOSITORY, m) for m in METHODS}
    refused = list(_judge(facts.proxy_base, "nginx", straight, through))
    yield from refused
    if not refused and (base := _front(facts)):
        through = {m: knock(facts.outside(), base, REPOSITORY, m) for m in METHODS}
        yield from _judge(base, "what stands before nginx", straight, through)
    return ", ".join(METHODS)


def _front(facts: Facts) -> str:
    """The address of another proxy that stands before nginx and leads to the registry; empty without one."""
    try:
        public = facts.public()
    except NotTriedError:
        return ""
    stands = public.is_resolved or public.url.port != facts.entrance.port
    leads = stands and public.answers and judge(facts, public.origin, public.ping) is None
    return public.origin if leads else ""


def _judge(
    base: str, who: str, straight: Mapping[str, Ping], through: Mapping[str, Ping]
) -> Iterator[Finding]:
    """Compare what each method meets past *who*, and *through* it at *base*."""
    from glctl.clients.distribution import in_words

    differing = [method for method in straight if not _same(straight[method], through[method])]
    limited = any(through[method].exchange.status in (429, 503) for method in differing)
    seen = [
        f"{m}: by itself {in_words(straight[m].exchange)}; through {who} {in_words(through[m].exchange)}"
        for m in differing
    ]
    if len(seen) == len(straight) and not limited:
        yield found(
            "proxy-refuses",
            base,
            f"What docker sends does not get through {who}: its User-Agent, or every path below /v2/.",
            evidence=seen[:2],
        )
    elif any(through[method].exchange.status in (502, 504) for method in differing):
        yield one_of_several(base, who, seen)
    elif through["PATCH"].exchange.status == _LENGTH_REQUIRED:
        yield found(
            "proxy-refuses",
            base,
            f"Layers do not get through {who}: it wants to know their length first (411).",
            cause="Docker sends a layer as it reads it, in pieces (Transfer-Encoding: chunked).",
            remedy="Have the proxy that answers 411 pass on bodies of unknown length, in HTTP/1.1.",
            evidence=seen,
        )
    elif differing == ["POST"] and _lost(straight["POST"], through["POST"]):
        yield found(
            "proxy-bad-answer",
            base,
            f"The query of addresses (what stands behind the ?) is lost on the way through {who}.",
            cause="In it uploads have their state, and the digest that they end with.",
            evidence=[f"asked for {_in_words(straight['POST'])}, here for {_in_words(through['POST'])}"],
        )
    elif seen:
        names = ", ".join(differing)
        summary = (
            "A rate limit refuses requests" if limited else f"Requests with {names} do not get through {who}"
        )
        yield found(
            "proxy-rate-limited" if limited else "proxy-method-refused", base, f"{summary}.", evidence=seen
        )


def _same(one: Ping, other: Ping) -> bool:
    return one.exchange.status == other.exchange.status and _scopes(one) == _scopes(other)


def _lost(one: Ping, other: Ping) -> bool:
    """Whether *other* asks for some of what *one* asks for, and for nothing else."""
    return one.exchange.status == other.exchange.status and set() < _scopes(other) < _scopes(one)


def _scopes(ping: Ping) -> set[tuple[str, frozenset[str]]]:
    """What the challenge asks for, and which actions; in any order, which changes from answer to answer."""
    scopes = (ping.challenge.scope if ping.challenge else "").split()
    parted = (scope.rpartition(":") for scope in scopes)
    return {(name, frozenset(actions.split(","))) for name, _, actions in parted}


def _in_words(ping: Ping) -> str:
    return " and ".join(sorted(name for name, _ in _scopes(ping)))


CHECK = Check(
    "methods",
    "The methods of a push and of a deletion get through nginx.",
    run,
    requires=("proxy",),
)
