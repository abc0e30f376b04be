"""The end of a log: its last lines, and what a service that has ended said at last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.logs.reader import SourceReader
from glctl.logs.records import parse
from glctl.logs.scan import scan
from glctl.logs.sources import LogSource, find_sources

if TYPE_CHECKING:
    from glctl.paths import Root

_LOOK_AT = 60  # lines; a Go panic with its goroutines takes some tens
_TOLD = 3  # lines that are repeated to an administrator


def recent_lines(source: LogSource, count: int) -> list[bytes]:
    """The last *count* lines of *source*, archives included; fewer where there are fewer."""
    if not source.exists:
        return []
    reader = SourceReader(source, count)
    try:
        blocks = []
        while (block := reader.read()) is not None:
            blocks.append(block)
        text = b"".join([*blocks, reader.rest()]).removesuffix(b"\n")
        return text.split(b"\n")[-count:] if text else []
    finally:
        reader.close()


def last_words(root: Root, service: str) -> list[str]:
    """Why *service* ended, by its own log: what a rule makes of a line and that line, else the last ones."""
    source = next(source for source in find_sources(root, [service]) if source.by_svlogd)
    lines = recent_lines(source, _LOOK_AT)
    found = scan(lines, service)
    matches = [match for match in found.matches if match.severity == "error"]
    if matches:
        latest = matches[-1]
        return [latest.explanation, latest.examples[-1].message]
    records = found.unexplained or tuple(parse(line, service) for line in lines[-_TOLD:])
    return [record.message for record in records if record.message][-_TOLD:]
