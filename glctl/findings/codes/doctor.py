"""The doctor itself."""

from __future__ import annotations

from glctl.findings.model import Code

CODES = (
    Code(
        "check-failed",
        "A check came to no end.",
        "it raised an error",
        "Run glctl as root; if it happens again, report it.",
        "glctl",
        severity="warning",
    ),
    Code(
        "check-late",
        "A check took too long.",
        "its time-out",
        "Try again with a longer one: glctl doctor --timeout S",
        "glctl",
        severity="warning",
    ),
)
