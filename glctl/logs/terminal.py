"""Lines as a reader sees them: time in one zone, level by colour, access lines readable, problems explained.

Following must keep up with a registry under load: the frequent lines of a chunk are taken apart at once (see
parts.py), and only those that are worth a look (see ordinary.py) are parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.logs.clock import Minutes
from glctl.logs.ordinary import is_unusual
from glctl.logs.parts import FREQUENT, frequent, taken_apart
from glctl.logs.reasons import Reasons
from glctl.logs.records import LEVEL_WORDS, STAMP, time_of
from glctl.patterns import Pattern
from glctl.secret import mask_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

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
_UNPAINTED = (b"", b"")
_PLAIN = b"\n\t" + bytes(range(0x20, 0x7F))
_MICRO = "µ".encode()  # of durations: what else is foreign is hardly ever there
# What may be a credential in a line that is not looked at further: in a URL, or a token (see secret.py).
_MAY_BE_SECRET = Pattern(
    rb"[?&](?:_state|[Xx]-[Aa]mz-|[Ss]ig|[\w-]*(?:token|secret|passw|key))|(?<![\w-])eyJ[\w-]+\.|://[^/\s@]*@"
)


class Painter:
    """Turns chunks of *sources* into what is printed, with times in *zone* (None: local)."""

    def __init__(self, console: Console, sources: Sequence[LogSource], zone: tzinfo | None = None) -> None:
        self._console = console
        self._minutes = Minutes(zone)
        self._styles = {word: _around(console, *_STYLES[level]) for word, level in LEVEL_WORDS.items()}
        self._level: dict[LogSource, bytes] = {}  # of the last line that had one: what follows belongs to it
        self._reasons = Reasons()
        self._told: dict[LogSource, bytes] = {}  # the last reason
        width = max(len(source.name) for source in sources)
        several = len(sources) > 1
        self._labels = {
            source: (console.paint(source.name.ljust(width), "cyan") + " ").encode() if several else b""
            for source in sources
        }

    def show(self, chunk: Chunk) -> bytes:
        """The lines of *chunk* for the terminal. A piece of an overlong line becomes a line."""
        source, text = chunk.source, _harmless(chunk.data).removesuffix(b"\n")
        label, minutes, styles = self._labels[source], self._minutes, self._styles
        suspicious, last = _is_suspicious(text), self._level.get(source, b"info")
        shown: list[bytes] = []
        add, kind_of = shown.extend, FREQUENT.get
        for line in frequent(source.prefix).finditer(text):
            if parts_of := kind_of(line.lastgroup):
                minute, second, said, last = parts_of(line)
                if suspicious:
                    said = _masked(said)
                start, zone = minutes[minute]
                before, after = styles[last]
                add((label, start, second, zone, before, said, after, b"\n"))
            elif whole := line[0]:
                painted, last = self._painted(whole, source, last)
                add(painted)
            else:
                add((label, b"\n"))
        self._level[source] = last
        return b"".join(shown)

    def _painted(self, line: bytes, source: LogSource, last: bytes) -> tuple[tuple[bytes, ...], bytes]:
        """A *line* that is not frequent, and its level; *last*: that of the line before."""
        minute, second, said, level = taken_apart(line, source.prefix)
        level = level or last
        if minute:
            shown, zone = self._minutes[minute]
        else:
            shown, second, zone = self._time(source.plain(line)), b"", b""
            said = said[STAMP:] if shown and said.startswith(b"@") else said
        reason = b""
        if is_unusual(line, source.prefix):
            reason = self._reason(line, source)
            said = mask_text(said.decode()).encode()
        else:
            said = _masked(said)
        before, after = self._styles.get(level, _UNPAINTED)
        return (self._labels[source], shown, second, zone, before, said, after, reason, b"\n"), level

    def _time(self, line: bytes) -> bytes:
        """The time of a *line* of no usual form."""
        time = time_of(line)
        return self._minutes.shown(time) if time else b""

    def _reason(self, line: bytes, source: LogSource) -> bytes:
        """What a rule makes of *line*, as a line of its own, if it was not told of the line before."""
        reason = self._reasons.of(source.plain(line), source.service)
        if not reason or reason == self._told.get(source):
            return b""
        self._told[source] = reason
        text = self._console.paint(f"    ↳ {reason.decode()}", "dim")
        return b"\n" + self._labels[source] + text.encode()


def _around(console: Console, *styles: str) -> tuple[bytes, bytes]:
    before, _, after = console.paint("|", *styles).partition("|")
    return before.encode(), after.encode()


def _is_suspicious(text: bytes) -> bool:
    """Whether *text* has what a credential in it would have: quickly told, and hardly ever."""
    return b"?" in text or b"@" in text or (b"J" in text and b"eyJ" in text)


def _masked(said: bytes) -> bytes:
    if _is_suspicious(said) and _MAY_BE_SECRET.search(said):
        return mask_text(said.decode()).encode()
    return said


def _harmless(data: bytes) -> bytes:
    foreign = data.translate(None, _PLAIN)
    if not foreign:
        return data
    text = data.decode("utf-8", "replace")
    if not foreign.strip(_MICRO) and "\ufffd" not in text:  # valid, and so nothing but µ
        return data
    return "\n".join(map(harmless, text.split("\n"))).encode()
