"""Which lines are wanted: from a level on, or matching a regular expression."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from glctl.errors import UsageError
from glctl.logs.records import LEVELS, level_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.logs.files import LineTest
    from glctl.logs.records import Level


def line_test_maker(minimum: Level | None, grep: str | None) -> Callable[[], LineTest] | None:
    """What makes a test for the lines of one source; None where every line is wanted.

    *minimum* is the lowest level, *grep* a regular expression. UsageError where it is none.
    """
    pattern = _compiled(grep) if grep is not None else None
    if minimum is None:
        return (lambda: lambda line: pattern.search(line) is not None) if pattern else None
    return lambda: _LevelTest(minimum, pattern)


def _compiled(grep: str) -> re.Pattern[bytes]:
    try:
        return re.compile(os.fsencode(grep))
    except (re.error, OverflowError, RecursionError) as exc:
        raise UsageError(
            f"--grep: '{grep}' is not a regular expression: {exc}.",
            "A character such as ( [ * + ? needs a backslash before it to stand for itself.",
        ) from exc


class _LevelTest:
    """A line without a level (of a stack trace, of a usage text) belongs to the one before it."""

    def __init__(self, minimum: Level, pattern: re.Pattern[bytes] | None) -> None:
        self._wanted = frozenset(LEVELS[LEVELS.index(minimum) :])
        self._pattern = pattern
        self._before = False

    def __call__(self, line: bytes) -> bool:
        if (level := level_of(line)) is not None:
            self._before = level in self._wanted
        return self._before and (self._pattern is None or self._pattern.search(line) is not None)
