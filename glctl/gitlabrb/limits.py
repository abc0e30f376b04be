"""How much a gitlab.rb may ask for: no file, however hostile, takes more than 2 seconds or 200 MB.

For comparison: Omnibus's own template has 170 KB or 50,000 words and signs, and nests six levels deep.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from glctl.spans import Span

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 100_000
MAX_TOKENS = 150_000  # words and signs; the syntax tree takes up to 500 bytes for each
SAFE_TOKENS = 2500  # that many take at most 80 MB and 0.3 s, whatever they are
# Each of these is looked up in the tree, and the parser's time grows with the square of the second.
MAX_HEREDOCS = 200
MAX_SPACE_ESCAPES = 200  # backslashes before a space
MAX_DEPTH = 100  # of expressions and of values; a level takes about five of Python's 1,000 frames
MAX_TEXT = 16 * 1024 * 1024  # characters in all strings together
MAX_VALUES = 200_000  # elements in all arrays and hashes together
MAX_DIAGNOSTICS = 50
MAX_INCLUDED = 20  # files and texts that from_file and eval take in
MAX_DIGITS = 1000  # of an integer; Python refuses to print those above 4,300
MAX_BITS = 3322  # the same in binary
MAX_STEPS = 200_000  # values that are worked out; a file of MAX_TOKENS without loops takes fewer
MAX_DOCUMENTS = 65_536  # characters of YAML in all; PyYAML reads some 100,000 in a second
MAX_SEARCH = 50_000_000  # steps that all regular expressions together may take at worst
MAX_WALK = 2_000_000  # elements that all methods go through; 16 characters count for one
PARSE_SECONDS = 0.5  # of processor time


class LimitError(Exception):
    """Going on would take too long or too much memory."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self._code = code
        self._message = message
        self._hint = hint
        self.place: Span | None = None  # where that is better known than where evaluation had come to

    def diagnostic(self, span: Span) -> Diagnostic:
        """What to tell of it; *span* is where evaluation had come to."""
        return Diagnostic(self._code, "error", self._message, self._hint, self.place or span)


class Budget:
    """What one evaluation may still make: a string put into itself sixty times fits into no machine."""

    def __init__(self) -> None:
        self._text = MAX_TEXT
        self._values = MAX_VALUES
        self._steps = MAX_STEPS
        self._search = MAX_SEARCH
        self._documents = MAX_DOCUMENTS
        self._walk = MAX_WALK

    def spend_text(self, characters: int) -> None:
        """Account for a string of this length."""
        self._text -= characters
        if self._text < 0:
            raise LimitError(
                codes.TOO_LARGE,
                f"all strings together are longer than {MAX_TEXT:,} characters",
                "Look for text that is put into itself again and again.",
            )

    def spend_values(self, count: int) -> None:
        """Account for an array or a hash of this many elements."""
        self._values -= count
        if self._values < 0:
            raise LimitError(
                codes.TOO_LARGE,
                f"all arrays and hashes together have more than {MAX_VALUES:,} elements",
                "Look for a hash that is put into itself again and again.",
            )

    def spend_step(self) -> None:
        """Account for one value that is worked out."""
        self._steps -= 1
        if self._steps < 0:
            raise LimitError(
                codes.TOO_SLOW,
                f"evaluating this takes more than {MAX_STEPS:,} steps",
                "Look for a loop that goes on and on.",
            )

    def spend_walk(self, value: object) -> None:
        """Account for going through *value* once, where that is something to go through."""
        if isinstance(value, Sized):
            self._walk -= len(value) // 16 if isinstance(value, str) else len(value)
        if self._walk < 0:
            raise LimitError(
                codes.TOO_SLOW,
                f"all methods together go through more than {MAX_WALK:,} elements",
                "Look for a loop that goes on and on, or for a very long array, hash or string.",
            )

    def spend_document(self, characters: int) -> None:
        """Account for YAML of this length."""
        self._documents -= characters
        if self._documents < 0:
            raise LimitError(
                codes.TOO_LARGE,
                f"all YAML together is longer than {MAX_DOCUMENTS:,} characters",
                "Write it as a Ruby hash: { 'key' => 'value' }",
            )

    def spend_search(self, steps: int) -> None:
        """Account for a search with a regular expression that takes at most so many steps."""
        self._search -= steps
        if self._search < 0:
            raise LimitError(
                codes.TOO_SLOW,
                "this regular expression could take too long on this text",
                "Use fewer * and + in it, or write the resulting value.",
            )


def check_depth(depth: int) -> None:
    """Raise LimitError below MAX_DEPTH levels of nested values."""
    if depth > MAX_DEPTH:
        raise LimitError(
            codes.TOO_DEEP,
            f"this value is nested more than {MAX_DEPTH} levels deep",
            "Look for a hash or an array that contains itself.",
        )
