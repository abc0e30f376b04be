"""Which lines are wanted: from a level on, of a time, of a request, or matching a regular expression."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.errors import UsageError
from glctl.logs.records import LEVELS, level_of, time_of
from glctl.logs.requests import is_about
from glctl.logs.stretches import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.logs.records import Level
    from glctl.logs.sources import LogSource


ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Lines of these *levels* (any, if none are given) in *window* that match *pattern* (if there is one) and
    are about *request* (if that id is given).

    A line without a level or a time, as of a stack trace, belongs to the one before it.
    """

    levels: frozenset[Level] = frozenset()
    pattern: re.Pattern[bytes] | None = None
    window: Window = ALWAYS
    request: bytes = b""

    def counting(self, source: LogSource) -> Callable[[bytes], bool]:
        """Whether a wanted record begins with a line of *source*: what counts as one of the last lines."""

        def test(line: bytes) -> bool:
            line = source.plain(line)
            return (
                self._matches(line)
                and (not self.levels or level_of(line) in self.levels)
                and (self.window.is_open or ((time := time_of(line)) is not None and self.window.holds(time)))
            )

        return test

    def new_test(self, source: LogSource) -> Callable[[bytes], bool]:
        """A test for the lines of *source*, asked in their order."""
        levels, window, plain = self.levels, self.window, source.plain
        if not levels and window.is_open:
            return lambda line: self._matches(plain(line))
        of_level, in_window = not levels, True

        def test(line: bytes) -> bool:
            nonlocal of_level, in_window
            line = plain(line)
            if levels and (level := level_of(line)) is not None:
                of_level = level in levels
            if not window.is_open and (time := time_of(line)) is not None:
                in_window = window.holds(time)
            return of_level and in_window and self._matches(line)

        return test

    def _matches(self, line: bytes) -> bool:
        if self.request and not is_about(line, self.request):
            return False
        return self.pattern is None or self.pattern.search(line) is not None


def line_filter(
    minimum: Level | None = None,
    grep: str | None = None,
    window: Window = ALWAYS,
    request: str | None = None,
) -> LineFilter | None:
    """The filter for a lowest level, a regular expression, a time and the id of a request; None where every
    line is wanted.

    UsageError where *grep* is no regular expression, or *request* empty.
    """
    if request is not None and not request:
        raise UsageError(
            "--request: no id is given.",
            "The registry logs it as http.request.id or correlation_id; GitLab's also answers with it.",
        )
    if minimum is None and grep is None and window.is_open and request is None:
        return None
    return LineFilter(
        frozenset(LEVELS[LEVELS.index(minimum) :]) if minimum else frozenset(),
        _compiled(grep) if grep is not None else None,
        window,
        os.fsencode(request or ""),
    )


def _compiled(grep: str) -> re.Pattern[bytes]:
    try:
        return re.compile(os.fsencode(grep))
    except (re.error, OverflowError, RecursionError) as exc:
        raise UsageError(
            f"--grep: '{grep}' is not a regular expression: {exc}.",
            "A character such as ( [ * + ? needs a backslash before it to stand for itself.",
        ) from exc
