"""Lines as a reader sees them: labelled by source, coloured by level, unable to steer the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.logs.records import level_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.console import Console
    from glctl.logs.follow import Chunk
    from glctl.logs.records import Level
    from glctl.logs.sources import LogSource

_STYLES: dict[Level, tuple[str, ...]] = {
    "fatal": ("red", "bold"),
    "error": ("red",),
    "warning": ("yellow",),
    "info": (),
    "debug": ("dim",),
}
_NOT_PLAIN = re.compile(rb"[^\n\x20-\x7e]")


class Painter:
    """Turns chunks of *sources* into what is printed. Works on whole chunks: following must keep up."""

    def __init__(self, console: Console, sources: Sequence[LogSource]) -> None:
        self._color = console.color
        self._styles = {level: _around(console, styles) for level, styles in _STYLES.items()}
        self._level: dict[LogSource, Level] = {}  # of the last line that had one: what follows belongs to it
        self._labels: dict[LogSource, bytes] = {}
        if len(sources) > 1:
            width = max(len(source.name) for source in sources)
            for source in sources:
                self._labels[source] = (console.paint(source.name.ljust(width), "cyan") + " ").encode()

    def show(self, chunk: Chunk) -> bytes:
        """The lines of *chunk* for the terminal. A piece of an overlong line becomes a line."""
        label = self._labels.get(chunk.source, b"")
        lines = _harmless(chunk.data).removesuffix(b"\n")
        if self._color:
            lines = b"\n".join(self._painted(chunk.source, lines))
        return label + (lines.replace(b"\n", b"\n" + label) if label else lines) + b"\n"

    def _painted(self, source: LogSource, lines: bytes) -> list[bytes]:
        last, styles, painted = self._level.get(source, "info"), self._styles, []
        for line in lines.split(b"\n"):
            last = level_of(line) or last
            before, after = styles[last]
            painted.append(before + line + after if before else line)
        self._level[source] = last
        return painted


def _around(console: Console, styles: tuple[str, ...]) -> tuple[bytes, bytes]:
    before, _, after = console.paint("|", *styles).partition("|")
    return before.encode(), after.encode()


def _harmless(data: bytes) -> bytes:
    if not _NOT_PLAIN.search(data):
        return data
    lines = data.decode("utf-8", "replace").split("\n")
    return "\n".join(map(harmless, lines)).encode()
