"""The registry by itself: what it answers past nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.remedies import of_setting
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ without a token: a healthy registry answers 401 and says where tokens come from."""
    from glctl.clients.distribution import in_words

    base = facts.local_base
    ping = facts.ping_local()
    seen = [in_words(ping.exchange)]
    status = ping.exchange.status
    if status is None:
        enabled = "registry" in facts.observed.services
        yield found(
            "registry-unreachable",
            base,
            f"The registry does not answer at {base}{'' if enabled else ', and no service is to run it'}.",
            remedy="" if enabled else "Set registry['enable'] = true and run:\nglctl reconfigure",
            evidence=[*seen, *facts.unread_changes()],
        )
        return "no answer"
    if status == 503:
        yield found(
            "registry-unhealthy",
            base,
            "The registry refuses every request with 503: its health check fails.",
            evidence=[*seen, *_ailments(facts)],
        )
    elif status == 200:
        yield found(
            "registry-not-authenticating",
            base,
            "The registry asks for no token: everybody may read and write images.",
            evidence=facts.unread_changes(),
        )
    elif status != 401 or not ping.is_registry:
        yield _no_registry(facts, base, seen)
    return f"{base}/v2/ answers {status} in {ping.exchange.seconds * 1000:.0f} ms"


def _no_registry(facts: Facts, base: str, seen: list[str]) -> Finding:
    prefix = str(facts.observed.setting("http", "prefix") or "/")
    if prefix.strip("/"):
        return found(
            "registry-bad-answer",
            base,
            f"The registry answers below {prefix} only, where no client asks: they all ask at /v2/.",
            remedy=of_setting(facts.observed, "http", "prefix", otherwise="glctl reconfigure"),
            evidence=[*seen, f"{facts.observed.where('http', 'prefix')} is {prefix!r}"],
        )
    return found("registry-bad-answer", base, f"What answers at {base} is no registry.", evidence=seen)


def _ailments(facts: Facts) -> Iterator[str]:
    """What its debug server, where it has one, names as failing."""
    if facts.observed.debug:
        for name, text in (facts.health().failing or {}).items():
            yield f"{name}: {text}"


CHECK = Check(
    "local",
    "The registry answers on its own address.",
    run,
    requires=("configuration", "registry-service"),
)
