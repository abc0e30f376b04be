"""Places in a text, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file. Lines and columns count from 1; columns count characters, not bytes.

    *text* is the line that it begins on, where *file* may not be there to be read, and *above* some of those
    before it: they may hold secrets.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str = field(default="", compare=False, repr=False)
    above: Sequence[str] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong in a text. *code* names an entry of the Code catalogue."""

    code: str
    severity: Severity
    message: str
    hint: str = ""
    span: Span | None = None
