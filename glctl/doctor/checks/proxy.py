"""The way of clients: the registry through nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ at nginx, under the name that clients use."""
    from glctl.clients.distribution import in_words

    if facts.observed.public is None:
        raise NotTriedError("nginx has no virtual host of the registry here")
    base = facts.public_base
    ping = facts.ping_public()
    seen = [in_words(ping.exchange)]
    status = ping.exchange.status
    if status is None:
        yield found("proxy-unreachable", "proxy", base, f"nginx does not answer for {base}.", evidence=seen)
    elif status in (502, 504):
        yield found(
            "proxy-bad-gateway",
            "proxy",
            base,
            f"nginx answers {status} for {base}: it does not reach the registry.",
            evidence=[*seen, f"its virtual host: {facts.observed.vhost_path}"],
        )
    elif not ping.is_registry:
        yield found(
            "wrong-backend",
            "proxy",
            base,
            f"Something else than the registry answers at {base}.",
            evidence=seen,
        )
    else:
        yield from _compare(facts, seen)
    return f"{base}/v2/ answers {status} in {ping.exchange.seconds * 1000:.0f} ms"


def _compare(facts: Facts, seen: list[str]) -> Generator[Finding, None, None]:
    from glctl.clients.distribution import in_words

    local, public = facts.ping_local(), facts.ping_public()
    same_status = local.exchange.status == public.exchange.status
    # With autoredirect the realm follows the request's host, and differs as it should.
    follows = bool(facts.observed.setting("auth", "token", "autoredirect"))
    if not same_status or (local.challenge != public.challenge and not follows):
        yield found(
            "proxy-bad-answer",
            "proxy",
            facts.public_base,
            "Through nginx the registry answers otherwise than by itself.",
            evidence=[f"by itself: {in_words(local.exchange)}", f"through nginx: {seen[0]}"],
        )


CHECK = Check("proxy", "nginx leads clients to the registry.", run, requires=("services", "local"))
