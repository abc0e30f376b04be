"""A push as clients do it: one small blob, through nginx, read back and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.facts import BLOB, REPOSITORY
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Push the blob and read it back. It stays: it is always the same one, in a repository of its own."""
    from glctl.clients.distribution import in_words, push_blob, read_blob

    base, client = facts.public_base, facts.client()
    token = facts.token("pull", "push", "delete")  # delete: to cancel what fails
    push = push_blob(client, base, REPOSITORY, BLOB, token)
    if push.upload.exchange.status == 202 and push.upload.because:
        yield found(
            "location-wrong",
            "push",
            base,
            "Clients are told to send their layers to another address than the one they use.",
            evidence=[push.upload.because],
        )
        return "sent astray"
    if not push.done:
        yield found(
            "push-failed",
            "push",
            base,
            f"A small blob could not be pushed to {base}.",
            evidence=[push.because],
        )
        return "failed"
    blob = read_blob(client, base, REPOSITORY, push.digest, token)
    if not blob.intact:
        yield found(
            "blob-damaged",
            "push",
            base,
            "A blob that was just pushed is not read back as it was.",
            evidence=[in_words(exchange) for exchange in blob.exchanges],
        )
    milliseconds = sum(e.seconds for e in (*push.exchanges, *blob.exchanges)) * 1000
    return f"a blob went to {REPOSITORY} and back in {milliseconds:.0f} ms"


CHECK = Check(
    "push",
    "A blob can be pushed through nginx and read back.",
    run,
    requires=("proxy", "token-proxy"),
    effect="lasting",
    timeout=30.0,
)
