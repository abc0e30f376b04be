"""The end of a log: its last lines, and what a service that has ended said at last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glctl.logs.reader import SourceReader
from glctl.logs.records import parse, time_of
from glctl.logs.rules import words
from glctl.logs.scan import scan
from glctl.logs.sources import LogSource, find_sources
from glctl.patterns import Pattern
from glctl.secret import mask_text

if TYPE_CHECKING:
    from datetime import datetime

    from glctl.logs.records import LogRecord
    from glctl.logs.scan import LogMatch
    from glctl.paths import Root

_LOOK_AT = 60  # lines; a Go panic with its goroutines takes some tens
_TOLD = 3  # lines that are repeated to an administrator
_WIDTH = 300  # characters of a line
# yaml.v2 lists what it cannot decode below "yaml: unmarshal errors:"; svlogd stamps each of its lines.
_LISTED = Pattern(rb"(?:\S+ )?  (line \d+.*: .*)")


def recent_lines(source: LogSource, count: int) -> list[bytes]:
    """The last *count* lines of *source* without svlogd's prefix, archives included; or fewer."""
    if not source.exists:
        return []
    reader = SourceReader(source, count)
    try:
        blocks = []
        while (block := reader.read()) is not None:
            blocks.append(block)
        text = b"".join([*blocks, reader.rest()]).removesuffix(b"\n")
        lines = text.split(b"\n")[-count:] if text else []  # not splitlines(): a \r is part of a line
        return [source.plain(line) for line in lines] if source.prefix else lines
    finally:
        reader.close()


def recent_matches(source: LogSource, count: int, since: datetime, began: datetime) -> list[LogMatch]:
    """What the rules find from *since* on in the last *count* lines of *source*.

    What was seen only before *began*, when the service last did so, has ended.
    """
    lines = recent_lines(source, count)
    said = _said_since(lines, began.timestamp())
    now = scan(said, source.service, since).matches
    before = scan(lines[: len(lines) - len(said)], source.service, since).matches
    known = {match.code for match in now}
    return [*(replace(match, ended=began) for match in before if match.code not in known), *now]


def quoted(record: LogRecord) -> str:
    """What *record* says, its details included, in one line of some width, without credentials."""
    said = words(record).splitlines() or [record.message]
    text = mask_text("; ".join(dict.fromkeys(said)))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


@dataclass(frozen=True, slots=True)
class Words:
    """Why a service ended, in some lines; *code* is that of the rule that tells, if one does."""

    lines: tuple[str, ...] = ()
    code: str = ""


def last_words(root: Root, service: str) -> list[str]:
    """Why *service* ended, by its own log: what a rule makes of a line and that line, else the last ones."""
    return [*said_at_last(root, service).lines]


def said_at_last(root: Root, service: str, since: float = 0.0) -> Words:
    """As :func:`last_words`, with the rule's Code, of what was said since *since* (Unix seconds)."""
    source = next(source for source in find_sources(root, [service]) if source.by_svlogd)
    return understood(_said_since(recent_lines(source, _LOOK_AT), since), service)


def _said_since(lines: list[bytes], since: float) -> list[bytes]:
    """Those of *lines* behind the last older one; a time in whole seconds may be any within its second."""
    times = [time_of(line) for line in lines]
    older = [at is not None and at.timestamp() + (not at.microsecond) < since for at in times]
    return lines[len(older) - older[::-1].index(True) :] if True in older else lines


def understood(lines: list[bytes], service: str) -> Words:
    """What the last *lines* that *service* wrote say."""
    found = scan(_joined(lines), service)
    matches = [match for match in found.matches if match.severity == "error"]
    if matches:
        latest = matches[-1]
        told, said = mask_text(latest.explanation), quoted(latest.examples[-1])
        again = said.partition(": ")[2] in told  # the explanation may hold all of it
        return Words((told,) if again else (told, said), latest.code)
    records = found.unexplained or tuple(parse(line, service) for line in lines[-_TOLD:])
    return Words(tuple([quoted(record) for record in records if record.message][-_TOLD:]))


def _joined(lines: list[bytes]) -> list[bytes]:
    """*lines*, with what the YAML decoder lists below an error on the line of that error."""
    joined: list[bytes] = []
    for line in lines:
        listed = _LISTED.fullmatch(line)
        if listed and joined:
            joined[-1] += (b" " if joined[-1].endswith(b":") else b"; ") + listed[1]
        else:
            joined.append(line)
    return joined
