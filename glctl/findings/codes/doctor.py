"""The doctor itself."""

from __future__ import annotations

from glctl.findings.model import Code

CODES = (
    Code(
        "check-failed",
        "A check came to no end.",
        "it raised an error",
        "Please report it.",
        "glctl",
    ),
    Code(
        "check-late",
        "A check took too long.",
        "its time-out",
        "Try again with more patience:\nglctl doctor --timeout 60",
        "glctl",
    ),
)
