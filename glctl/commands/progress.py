"""What the doctor is doing, on one line of a terminal that is overwritten and leaves nothing behind."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from glctl.console import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.findings.model import Groups
    from glctl.findings.report import Report


class Progress:
    """The line; none where standard error is no terminal."""

    def __init__(self, groups: Groups) -> None:
        self._group_of = {check: group for group, checks in groups.items() for check in checks}
        self._before = ""
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._show("")

    def examining(self, checks: Sequence[str]) -> None:
        """The checks that are under way, by group."""
        groups = dict.fromkeys(self._group_of[check] for check in checks)
        self._show(f"{self._before}examining {', '.join(groups)} …")

    def waiting(self, report: Report | None, seconds: float) -> None:
        """What is still wrong, and the seconds that are left."""
        causes = [finding.code for finding in report.root_causes] if report else ["no registry"]
        self._before = f"{seconds:.0f} s left, {', '.join(dict.fromkeys(causes))}: "
        self._show(f"{self._before}waiting …")

    def _show(self, text: str) -> None:
        if self._is_shown:
            with suppress(OSError):  # that nobody watches is no reason to stop
                width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
                sys.stderr.write(f"\r\x1b[K{harmless(text)[: width - 1]}")
                sys.stderr.flush()
