"""Regular expressions that are compiled when they are first used.

Compiling all that a command might need would be a seventh of its start-up; most runs need few of them.
"""

from __future__ import annotations

import re
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_Text = TypeVar("_Text", str, bytes)


class Pattern(Generic[_Text]):
    """A regular expression with the methods of :class:`re.Pattern`; *compiled* is that itself, for loops."""

    def __init__(self, pattern: _Text, flags: int = 0) -> None:
        self._pattern: _Text = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[_Text]:
        """What :func:`re.compile` makes of it."""
        return re.compile(self._pattern, self._flags)

    def match(self, text: _Text, start: int = 0) -> re.Match[_Text] | None:
        """As re.Pattern.match."""
        return self.compiled.match(text, start)

    def fullmatch(self, text: _Text) -> re.Match[_Text] | None:
        """As re.Pattern.fullmatch."""
        return self.compiled.fullmatch(text)

    def search(self, text: _Text, start: int = 0, end: int = sys.maxsize) -> re.Match[_Text] | None:
        """As re.Pattern.search."""
        return self.compiled.search(text, start, end)

    def finditer(self, text: _Text, start: int = 0) -> Iterator[re.Match[_Text]]:
        """As re.Pattern.finditer."""
        return self.compiled.finditer(text, start)

    def findall(self, text: _Text) -> list[Any]:
        """As re.Pattern.findall."""
        return self.compiled.findall(text)

    def sub(self, new: _Text | Callable[[re.Match[_Text]], _Text], text: _Text, count: int = 0) -> _Text:
        """As re.Pattern.sub."""
        return self.compiled.sub(new, text, count)

    def split(self, text: _Text) -> list[_Text | Any]:
        """As re.Pattern.split."""
        return self.compiled.split(text)
