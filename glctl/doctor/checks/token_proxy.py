"""A token that the registry accepts is accepted through nginx as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.token_local import why_refused
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, through nginx."""
    from glctl.clients.distribution import ping

    answer = ping(facts.client(), facts.public_base, facts.token())
    if answer.exchange.status == 401 and answer.challenge and not answer.challenge.error:
        yield found(
            "authorization-lost",
            "token-proxy",
            facts.public_base,
            "The Authorization header does not get through nginx.",
            cause="The registry accepts the token directly, and through nginx sees none.",
            evidence=why_refused(answer),
        )
    elif answer.exchange.status != 200:
        yield found(
            "token-refused",
            "token-proxy",
            facts.public_base,
            "Through nginx, the registry refuses a token that it accepts directly.",
            evidence=why_refused(answer),
        )
    return "accepted through nginx"


CHECK = Check("token-proxy", "… also through nginx.", run, requires=("proxy", "token"))
