"""A token of our own, signed with the registry's key, is accepted past nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.distribution import Ping
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, past nginx."""
    from glctl.clients.distribution import ping

    answer = ping(facts.client(), facts.local_base, facts.token())
    if answer.exchange.status != 200:
        unread = facts.unread_changes()
        yield found(
            "token-refused",
            facts.local_base,
            "The registry refuses a token that is signed with its own key.",
            cause="It runs with older settings than its files hold." if unread else "",
            evidence=[why_refused(answer), *unread],
        )
        return "refused"
    return "accepted"


def why_refused(answer: Ping) -> str:
    """How a ping with a token ended, as evidence."""
    from glctl.clients.distribution import in_words

    error = answer.challenge.error if answer.challenge else ""
    return in_words(answer.exchange) + (f" (error={error})" if error else "")


CHECK = Check("token", "The registry accepts a token of its own key.", run, requires=("local", "token-pair"))
