"""A token that the registry accepts is accepted through nginx, and at the public address, as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.tokens.accepted import why_refused
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.http import Client
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, through nginx."""
    return (yield from _try(facts, facts.client(), facts.proxy_base, "nginx"))


def run_public(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, at the public address as clients resolve it."""
    public = facts.public()
    if not public.answers:
        raise NotTriedError("the public address cannot be reached from this host")
    return (yield from _try(facts, facts.outside(), public.origin, "what stands before nginx"))


def _try(facts: Facts, client: Client, base: str, what: str) -> Generator[Finding, None, str]:
    from glctl.clients.distribution import ping

    answer = ping(client, base, facts.tokens().token())
    status = answer.exchange.status
    if status == 200:
        return f"accepted at {base}"
    if status in (429, 503) and not answer.is_registry:
        yield found(
            "proxy-rate-limited",
            base,
            f"A rate limit before the registry refuses requests ({status}).",
            evidence=[why_refused(answer)],
        )
        return "not let through"
    if status == 401 and answer.challenge and not answer.challenge.error:
        yield found(
            "authorization-lost",
            base,
            f"The Authorization header does not get through {what}.",
            cause=f"The registry accepts the token directly, and at {base} sees none.",
            evidence=[why_refused(answer)],
        )
        return "lost on the way"
    yield found(
        "token-refused",
        base,
        f"At {base}, the registry refuses a token that it accepts directly.",
        cause="Something on the way changes the Authorization header.",
        remedy="Remove what sets Authorization in registry['nginx']['proxy_set_headers'] and run:\n"
        "glctl reconfigure",
        evidence=[why_refused(answer)],
    )
    return "refused"


CHECK = Check("token-proxy", "… also through nginx.", run, requires=("proxy", "token"))
PUBLIC = Check("token-public", "… and at the public address.", run_public, requires=("public", "token-proxy"))
