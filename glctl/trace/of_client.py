"""The client's own part: whether it was seen at all, whom it trusts, and what is left on its machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.findings.found import found
from glctl.services.leftovers import remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.findings.model import Finding
    from glctl.trace.talk import Talk


def judge(talk: Talk) -> Iterator[Finding]:
    """What is wrong on the client's side."""
    conversation = talk.conversation
    for refused in conversation.distrust:
        yield found(
            "trace-authority-refused",
            refused.host,
            f"The client does not trust the certificate that glctl's proxy shows it for {refused.host}.",
            evidence=[f"{refused.host}: {refused.said}"],
        )
    if not conversation.exchanges and not conversation.distrust:
        yield found("trace-nothing-seen", "the client", "Nothing was sent through the proxy.")
    for place, why in conversation.distrusted:
        yield found(
            "certificate-untrusted",
            place,
            f"This machine does not trust the certificate of {place}: without glctl's proxy in between, "
            "clients refuse it, unless they are told otherwise.",
            evidence=[why],
        )
    for what, where in conversation.left_behind:
        yield found("trace-left-behind", where, f"{what} ({where}).", remedy=remedy(where))
