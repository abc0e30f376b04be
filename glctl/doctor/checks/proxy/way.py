"""The way of clients: the registry through nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ at nginx, under the name that clients use."""
    from glctl.clients.distribution import in_words

    base = facts.proxy_base
    ping = facts.ping_proxy()
    seen = [in_words(ping.exchange)]
    status = ping.exchange.status
    if status is None:
        yield found("proxy-unreachable", base, f"nginx does not answer for {base}.", evidence=seen)
        return "no answer"
    if status in (502, 504):
        yield found(
            "proxy-bad-gateway",
            base,
            f"nginx answers {status} for {base}: it does not reach the registry.",
            evidence=[*seen, *_ends_of_the_way(facts)],
        )
    elif not ping.is_registry:
        yield found(
            "wrong-backend",
            base,
            f"Something else than the registry answers at {base}.",
            evidence=[*seen, *_ends_of_the_way(facts)],
        )
    else:
        yield from _compare(facts, seen)
    return f"{base}/v2/ answers {status} in {ping.exchange.seconds * 1000:.0f} ms"


def _ends_of_the_way(facts: Facts) -> Iterator[str]:
    """Where nginx is sent, and where the registry is."""
    observed = facts.observed
    if observed.vhost:
        yield f"{observed.vhost.path} passes requests on to {observed.vhost.upstream}"
    yield f"{observed.config_path} has the registry listen on {observed.setting('http', 'addr')}"


def _compare(facts: Facts, seen: list[str]) -> Generator[Finding, None, None]:
    from glctl.clients.distribution import in_words

    local, proxied = facts.ping_local(), facts.ping_proxy()
    same_status = local.exchange.status == proxied.exchange.status
    # With autoredirect the realm follows the request's host, and differs as it should.
    follows = bool(facts.observed.setting("auth", "token", "autoredirect"))
    if not same_status or (local.challenge != proxied.challenge and not follows):
        yield found(
            "proxy-bad-answer",
            facts.proxy_base,
            "Through nginx the registry answers otherwise than by itself.",
            evidence=[f"by itself: {in_words(local.exchange)}", f"through nginx: {seen[0]}"],
        )


CHECK = Check(
    "proxy",
    "nginx leads clients to the registry.",
    run,
    requires=("virtual-host", "nginx-service", "local"),
)
