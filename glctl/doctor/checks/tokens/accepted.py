"""A token of our own, signed with the registry's key, is accepted past nginx."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.distribution import Ping
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, past nginx; where it is refused, find out why."""
    from glctl.clients.distribution import ping

    begun = time.time()
    answer = ping(facts.client(), facts.local_base, facts.tokens().token())
    if answer.exchange.status == 200:
        return "accepted"
    unread, said = facts.unread_changes(), facts.tokens().said_of_tokens(begun)
    if not unread and _accepts_thumbprint(facts):
        yield found(
            "token-key-id-foreign",
            facts.local_base,
            "The registry knows its keys by other ids than GitLab writes into tokens.",
            evidence=[
                why_refused(answer),
                *said,
                "with the key's JWK thumbprint (RFC 7638) as kid it is accepted",
            ],
        )
        return "refused"
    yield found(
        "token-refused",
        facts.local_base,
        "The registry refuses a token that is signed with its own key.",
        cause="It runs with older settings than its files hold." if unread else "".join(said[:1]),
        evidence=[why_refused(answer), *said, *unread],
    )
    return "refused"


def why_refused(answer: Ping) -> str:
    """How a ping with a token ended, as evidence."""
    from glctl.clients.distribution import in_words

    error = answer.challenge.error if answer.challenge else ""
    return in_words(answer.exchange) + (f" (error={error})" if error else "")


def _accepts_thumbprint(facts: Facts) -> bool:
    """Whether the key is known by its JWK thumbprint, as in version 3 of the upstream registry."""
    from glctl.clients.distribution import ping
    from glctl.clients.keys import thumbprint

    tokens = facts.tokens()
    token = tokens.token(kid=thumbprint(tokens.key().public_key()))
    return ping(facts.client(), facts.local_base, token).exchange.status == 200


CHECK = Check("token", "The registry accepts a token of its own key.", run, requires=("local", "token-pair"))
