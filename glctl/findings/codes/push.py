"""A push, from end to end."""

from __future__ import annotations

from glctl.findings.model import Code

CODES = (
    Code(
        "push-failed",
        "A small blob could not be pushed the way clients do it.",
        "POST, PATCH, PUT through nginx with a token of glctl's own",
        "Look at the other findings; `glctl tail-logs registry` shows what the registry says.",
        "the distribution API",
        symptoms=("received unexpected HTTP status: 500",),
    ),
    Code(
        "blob-damaged",
        "A blob that was just pushed is not read back as it was.",
        "its digest, read back through nginx",
        "Look for a proxy that changes bodies, and at the storage.",
        "the distribution API",
    ),
)
