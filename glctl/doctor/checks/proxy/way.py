"""The way of clients: the registry through nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.proxy.judge import ends_of_the_way, judge
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ at nginx, under the name that clients use."""
    from glctl.clients.distribution import in_words

    base = facts.proxy_base
    ping = facts.ping_proxy()
    if ping.exchange.status is None:
        seen = [in_words(ping.exchange)]
        kind = ping.exchange.failure.kind if ping.exchange.failure else ""
        if kind == "timeout":  # it waits itself
            what = f"nginx takes requests for {base}, and gets no answer to them."
            yield found("proxy-bad-gateway", base, what, evidence=[*seen, *ends_of_the_way(facts)])
        elif kind == "protocol":
            yield found(
                "proxy-unreachable",
                base,
                f"What nginx answers for {base} is not HTTP/1.1.",
                remedy="Where a listen directive says http2 without ssl, http2 must go; all written anew:\n"
                "glctl reconfigure",
                evidence=seen,
            )
        else:
            yield found("proxy-unreachable", base, f"nginx does not answer for {base}.", evidence=seen)
        return "no answer"
    if finding := judge(facts, base, ping):
        yield finding
    return f"{base}/v2/ answers {ping.exchange.status} in {ping.exchange.seconds * 1000:.0f} ms"


CHECK = Check(
    "proxy",
    "nginx leads clients to the registry.",
    run,
    requires=("virtual-host", "nginx-service", "local"),
    speaks=True,
)
