"""A token that the registry accepts is accepted through nginx as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.tokens.accepted import why_refused
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, through nginx."""
    from glctl.clients.distribution import ping

    base = facts.proxy_base
    answer = ping(facts.client(), base, facts.token())
    if answer.exchange.status == 200:
        return "accepted through nginx"
    if answer.exchange.status == 401 and answer.challenge and not answer.challenge.error:
        yield found(
            "authorization-lost",
            base,
            "The Authorization header does not get through nginx.",
            cause="The registry accepts the token directly, and through nginx sees none.",
            evidence=[why_refused(answer)],
        )
        return "lost on the way"
    yield found(
        "token-refused",
        base,
        "Through nginx, the registry refuses a token that it accepts directly.",
        cause="Something on the way changes the Authorization header.",
        remedy="Remove what sets Authorization in registry['nginx']['proxy_set_headers'] and run:\n"
        "glctl reconfigure",
        evidence=[why_refused(answer)],
    )
    return "refused"


CHECK = Check("token-proxy", "… also through nginx.", run, requires=("proxy", "token"))
