"""Which lines are wanted: from a level on, or matching a regular expression."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.errors import UsageError
from glctl.logs.records import LEVELS, level_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.logs.records import Level


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Lines of these *levels* (any, if none are given) that match *pattern* (if there is one).

    A line without a level, as of a stack trace, belongs to the one before it.
    """

    levels: frozenset[Level] = frozenset()
    pattern: re.Pattern[bytes] | None = None

    def begins(self, line: bytes) -> bool:
        """Whether a wanted record begins with *line*: what is counted as one of the last lines."""
        return (not self.levels or level_of(line) in self.levels) and self._matches(line)

    def new_test(self) -> Callable[[bytes], bool]:
        """A test for the lines of one source, asked in their order."""
        if not self.levels:
            return self._matches
        wanted = False

        def test(line: bytes) -> bool:
            nonlocal wanted
            if (level := level_of(line)) is not None:
                wanted = level in self.levels
            return wanted and self._matches(line)

        return test

    def _matches(self, line: bytes) -> bool:
        return self.pattern is None or self.pattern.search(line) is not None


def line_filter(minimum: Level | None, grep: str | None) -> LineFilter | None:
    """The filter for a lowest level and a regular expression; None where every line is wanted.

    UsageError where *grep* is no regular expression.
    """
    if minimum is None and grep is None:
        return None
    return LineFilter(
        frozenset(LEVELS[LEVELS.index(minimum) :]) if minimum else frozenset(),
        _compiled(grep) if grep is not None else None,
    )


def _compiled(grep: str) -> re.Pattern[bytes]:
    try:
        return re.compile(os.fsencode(grep))
    except (re.error, OverflowError, RecursionError) as exc:
        raise UsageError(
            f"--grep: '{grep}' is not a regular expression: {exc}.",
            "A character such as ( [ * + ? needs a backslash before it to stand for itself.",
        ) from exc
