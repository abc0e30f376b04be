"""A push as clients do it: one small blob, through nginx, read back and compared."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.tokens import REPOSITORY
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.distribution import Push
    from glctl.clients.http import Client
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.secret import Secret

_LOGGED = 0.1  # seconds until the reason of a failure, which the registry tells its log, stands there

# What docker wants of each answer to a piece of a layer (distribution's client, blob_writer.go).
_OF_UPLOADS = ("Range", "Docker-Upload-UUID")

# The same every time, so that what stays never grows.
BLOB = b"glctl doctor: this blob may be deleted.\n"


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Push the blob and read it back. It stays: it is always the same one, in a repository of its own."""
    token = facts.tokens().token("pull", "push", "delete")  # delete: to cancel what fails
    if (public := facts.observed.vhost and facts.observed.vhost.public) and public != facts.entrance:
        return (yield from _first_step(facts, public.origin, token))
    return (yield from _push(facts.client(), facts.proxy_base, token))


def run_public(facts: Facts) -> Generator[Finding, None, str]:
    """The same at the public address, where it is not nginx's own: through whatever stands before nginx."""
    public = facts.public()
    if not public.answers:
        raise NotTriedError("the public address cannot be reached from this host")
    if public.origin == facts.proxy_base:
        return "nginx's own address"
    return (yield from _push(facts.outside(), public.origin, facts.tokens().token("pull", "push", "delete")))


def _push(client: Client, base: str, token: Secret) -> Generator[Finding, None, str]:
    from glctl.clients.distribution import in_words, push_blob, read_blob

    push = push_blob(client, base, REPOSITORY, BLOB, token)
    if push.upload.exchange.status == 202 and push.upload.because:
        yield _astray(base, push.upload.because)
        return "sent astray"
    if not push.done:
        time.sleep(_LOGGED)
        yield _failed(base, push)
        return "failed"
    if lost := [name for name in _OF_UPLOADS if not push.exchanges[1].header(name)]:
        yield found(
            "proxy-header-lost",
            base,
            f"The registry's header {lost[0]} is lost on the way to clients: docker gives up its push there.",
            evidence=[f"{in_words(push.exchanges[1])}, without {' and '.join(lost)}"],
        )
    blob = read_blob(client, base, REPOSITORY, push.digest, token)
    if not blob.intact:
        yield found(
            "blob-damaged",
            base,
            "A blob that was just pushed is not read back as it was.",
            evidence=[in_words(exchange) for exchange in blob.exchanges],
        )
    milliseconds = sum(e.seconds for e in (*push.exchanges, *blob.exchanges)) * 1000
    return f"a blob went to {REPOSITORY} and back in {milliseconds:.0f} ms"


def _first_step(facts: Facts, public: str, token: Secret) -> Generator[Finding, None, str]:
    """Begin a push and give it up: where TLS ends before nginx, it would go on through what stands there."""
    from glctl.clients.distribution import cancel_upload, in_words, start_upload
    from glctl.clients.http import without_credentials

    base, client = facts.proxy_base, facts.client()
    upload = start_upload(client, base, REPOSITORY, token)
    if upload.exchange.status != 202:
        time.sleep(_LOGGED)
        yield found(
            "push-failed",
            base,
            f"A push cannot be begun at {base}.",
            evidence=[in_words(upload.exchange)],
        )
        return "failed"
    cancel_upload(client, base, upload.location, token)
    if not upload.location.startswith(f"{public}/"):
        yield _astray(public, f"the answer's Location leads to {without_credentials(upload.location)}")
        return "sent astray"
    return f"begun only: clients are sent on to {public}, where TLS ends before nginx"


def _astray(base: str, why: str) -> Finding:
    return found(
        "location-wrong",
        base,
        "Clients are told to send their layers to another address than the one they use.",
        evidence=[why],
    )


def _failed(base: str, push: Push) -> Finding:
    if "BLOB_UPLOAD_UNKNOWN" in push.because:
        what = "A push was begun, and where it goes on nobody knows of it: another registry answers there."
        return found("upload-session-lost", base, what, evidence=[push.because])
    if "BLOB_UPLOAD_INVALID" in push.because:
        what = "A push was begun, and goes on at a node with another http.secret than the first."
        return found("upload-secret-mismatch", base, what, evidence=[push.because])
    return found("push-failed", base, f"A small blob could not be pushed to {base}.", evidence=[push.because])


CHECK = Check(
    "push",
    "A blob can be pushed through nginx and read back.",
    run,
    # Where the images are missing (a volume not mounted), a push would begin a second tree of them.
    requires=("storage-writable", "proxy", "token-proxy"),
    effect="lasting",
    timeout=30.0,
)
PUBLIC = Check(
    "push-public",
    "… and at the public address.",
    run_public,
    requires=("push", "token-public"),
    effect="lasting",
    timeout=30.0,
)
