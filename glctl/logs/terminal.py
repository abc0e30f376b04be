"""Lines as a reader sees them: time in one zone, level by colour, access lines readable, problems explained.

Following must keep up with a registry under load, so one regular expression takes each chunk apart, and only
lines that are worth a look (see ordinary.py) are parsed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.logs.clock import Minutes
from glctl.logs.ordinary import unusual
from glctl.logs.reasons import Reasons
from glctl.logs.records import LEVEL_WORDS, STAMP, level_of, time_of
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
# Each kind of line that records.py knows, behind svlogd's stamp or with its own: minute, second, text, level.
_STAMP = rb"^(?:(\d{4}-\d\d-\d\d[_T]\d\d:\d\d)(:\d\d\.\d+) )?"
_KINDS = (
    rb'(?P<logfmt>time="(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)Z" (level=([a-z]+) [^\n]*))'
    rb"|(?P<access>([^ \n]+) [^ \n]+ ([^ \n]+) \[([^]\n]{17})(:\d\d)( [^]\n]{5})\] "
    rb'"([A-Z]+ [^" \\\n]*) HTTP/[\d.]+" (\d{3}) (\d+)(?: "[^"\n]*" "([^"\n]*)")?[^\n]*)'
    rb'|(?P<json>\{(?:[^\n]*?,)?"level":"([a-z]+)"[^\n]*)'
    rb"|(?P<nginx>(\d{4}/\d\d/\d\d \d\d:\d\d)(:\d\d) (\[([a-z]+)\] [^\n]*))"
    rb"|(?P<other>[^\n]*)"
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
        telling = {start - 1 for start in unusual(b"\n" + text, len(text) + 1, source.prefix)}
        suspicious = _is_suspicious(text)
        label, minutes, styles = self._labels[source], self._minutes, self._styles
        last, join = self._level.get(source, b"info"), b"".join

        def painted(line: re.Match[bytes]) -> bytes:
            nonlocal last
            minute, second, rest, level = _PARTS[line.lastgroup](line)  # type: ignore[index]  # one always fits
            last = level or last
            if minute:
                shown, zone = minutes[minute]
            else:
                shown, second, zone = self._time(source.plain(line[0])), b"", b""
                rest = rest[STAMP:] if shown and rest.startswith(b"@") else rest
            reason = b""
            if telling and line.start() in telling:
                reason = self._reason(line[0], source)
                rest = mask_text(rest.decode()).encode()
            elif suspicious and _is_suspicious(rest) and _MAY_BE_SECRET.search(rest):
                rest = mask_text(rest.decode()).encode()
            before, after = styles.get(last, _UNPAINTED)
            return join((label, shown, second, zone, before, rest, after, reason))

        lines = _lines(source.prefix).sub(painted, text)
        self._level[source] = last
        return lines + b"\n"

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


_Parts = tuple[bytes | None, bytes, bytes, bytes | None]


def _logfmt(line: re.Match[bytes]) -> _Parts:
    minute, second, text, level = line.group(1, 2, 6, 7) if line[1] else line.group(4, 5, 6, 7)
    return minute, second, text, level


def _access(line: re.Match[bytes]) -> _Parts:
    """``200 GET /v2/ 125B 127.0.0.1 user agent``."""
    stamp, second, client, user, request, status, size, agent = line.group(1, 2, 9, 10, 14, 15, 16, 17)
    text = b"%b %b %bB %b" % (status, request, size, client)
    if user != b"-":
        text += b" " + user
    if agent:
        text += b" " + agent
    level = b"error" if status >= b"500" else b"info"
    if stamp:
        return stamp, second, text, level
    day, second, zone = line.group(11, 12, 13)
    return day + zone, second, text, level


def _json(line: re.Match[bytes]) -> _Parts:
    stamp, second, text, level = line.group(1, 2, 18, 19)
    if b'"msg":"access"' in text:
        text = _json_access(text)
        level = b"error" if text.startswith(b"5") else level
    return stamp, second, text, level


def _json_access(text: bytes) -> bytes:
    """As :func:`_access`, from the fields that GitLab's registry has for it."""
    import json

    try:
        fields = json.loads(text)
        what = f"{fields['status']} {fields['method']} {fields['uri']} {fields['written_bytes']}B"
    except (ValueError, KeyError, RecursionError):
        return text
    rest = (fields.get("remote_ip"), fields.get("user_agent"), f"{fields.get('duration_ms')}ms")
    return harmless(" ".join([what, *(str(each) for each in rest if each)])).encode("utf-8", "replace")


def _nginx(line: re.Match[bytes]) -> _Parts:
    stamp, second, own, own_second, text, level = line.group(1, 2, 21, 22, 23, 24)
    return (stamp, second, text, level) if stamp else (own, own_second, text, level)


def _other(line: re.Match[bytes]) -> _Parts:
    stamp, second, text = line.group(1, 2, 25)
    level = level_of(text)
    return stamp, second, text, level.encode() if level else None


_PARTS = {"logfmt": _logfmt, "access": _access, "json": _json, "nginx": _nginx, "other": _other}


@cache
def _lines(prefix: bytes) -> re.Pattern[bytes]:
    """What takes lines apart that svlogd puts *prefix* before."""
    skipped = rb"(?:" + re.escape(prefix) + rb")?" if prefix else b""
    return re.compile(_STAMP + skipped + rb"(?:" + _KINDS + rb")", re.MULTILINE)


def _around(console: Console, *styles: str) -> tuple[bytes, bytes]:
    before, _, after = console.paint("|", *styles).partition("|")
    return before.encode(), after.encode()


def _is_suspicious(text: bytes) -> bool:
    """Whether *text* has what a credential in it would have: quickly told, and hardly ever."""
    return b"?" in text or b"@" in text or b"eyJ" in text


def _harmless(data: bytes) -> bytes:
    foreign = data.translate(None, _PLAIN)
    if not foreign or len(foreign) == len(_MICRO) * data.count(_MICRO):
        return data
    lines = data.decode("utf-8", "replace").split("\n")
    return "\n".join(map(harmless, lines)).encode()
