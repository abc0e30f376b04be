"""``glctl scan-logs``: what the logs of any time tell, and what is most likely behind it."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glctl.commands.completion import complete_services
from glctl.errors import GlctlError, UsageError
from glctl.logs.sources import BESIDE, FILES, files_in, find_sources, service_of
from glctl.logs.stretches import stretches, within
from glctl.logs.summary import report, to_document, to_text
from glctl.logs.sweep import sweep
from glctl.logs.tally import Tally
from glctl.logs.times import window_of
from glctl.logs.top import Top, top_of
from glctl.logs.top_summary import top_document, top_text
from glctl.logs.workers import count_all, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from glctl.commands.context import Context
    from glctl.logs.sources import LogSource
    from glctl.logs.stretches import Stretch, Window

_PROGRESS = 0.2  # seconds between two looks at it
_STAYS_UP = 10.0  # seconds: a service that ends soon after each start has mended nothing
_STDIN = Path("/dev/stdin")


@click.command("scan-logs", short_help="Find known problems in logs of any size and age.")
@click.argument("names", nargs=-1, metavar="[SERVICE|FILE|DIR|-]...", shell_complete=complete_services)
@click.option("--since", metavar="T", help="From when on: 10m, 2h, 10:00, yesterday, 2026-11-24T10:00:00Z.")
@click.option("--until", metavar="T", help="Until when.")
@click.option("--utc", is_flag=True, help="Show times in UTC instead of the local zone.")
@click.option("--top", is_flag=True, help="Show requests instead: the slowest, what fails most, statuses.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.pass_obj
def command(
    context: Context,
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    utc: bool,
    top: bool,
    form: str,
) -> int:
    """Apply what glctl knows of log lines to the logs of all services, of those named, or to files.

    Rotated files are read, too, compressed ones included; - is standard input. What no rule explains is shown
    by its shape. Exit 1 if errors were found, or something could not be read.
    """
    window = window_of(since, until)
    began = time.monotonic()
    found = list(_stretches(context, names, window))
    zone = UTC if utc else None
    if top:
        with _progress(found) as progress:
            requests = count_all(lambda each, tell: top_of(each, window, tell), found, Top(), progress)
        if form == "json":
            context.console.out(json.dumps(top_document(requests), indent=2))
        else:
            context.console.out(top_text(requests, context.console, zone))
        return int(bool(requests.unread))
    with _progress(found) as progress:
        tally = count_all(lambda each, tell: sweep(each, window, tell), found, Tally(), progress)
    _note_starts(context, tally)
    made = report(tally, time.monotonic() - began)
    if form == "json":
        context.console.out(json.dumps(to_document(tally, made), indent=2))
    else:
        context.console.out(to_text(tally, made, context.console, zone))
    return int(bool(tally.shapes or tally.unread) or not made.ok)


def _stretches(context: Context, names: Sequence[str], window: Window) -> Iterator[Stretch]:
    """What is to be read: of the logs of services, and of files (what is no service's name)."""
    known = FILES | BESIDE
    services = [name for name in names if name in known]
    others = [name for name in dict.fromkeys(names) if name not in known]
    if services or not others:
        sources = [source for source in find_sources(context.root, services or known) if source.exists]
        if not sources and not others:
            raise GlctlError("There are no logs yet.", "They appear when the services first run.")
        for source in sources:
            for path in within(_files_of(source), window):
                yield from stretches(path, source.service, window)
    for name in others:
        for path in within(_files(name), window) if Path(name).is_dir() else _files(name):
            yield from stretches(path, service_of(path.absolute()), window)


def _files_of(source: LogSource) -> list[Path]:
    try:
        return [*source.archives(), *([source.path] if source.live else [])]
    except PermissionError as exc:
        raise _unreadable(source.path.parent) from exc


def _files(name: str) -> list[Path]:
    """The files that *name* stands for: a file's own name, that of a directory with logs, or -."""
    path = _STDIN if name == "-" else Path(name)
    try:
        if not name or not path.exists():
            raise UsageError(f"'{name}' is neither a service nor a file.", _instead_of(name))
        if not path.is_dir():
            return [path]
        found = files_in(path)
    except PermissionError as exc:
        raise _unreadable(path) from exc
    if not found:
        raise UsageError(f"No logs are in {path}.", "Name the files themselves.")
    return found


def _unreadable(path: Path) -> GlctlError:
    return GlctlError(f"Cannot read {path}: permission denied.", "Run it as root: sudo glctl scan-logs")


def _instead_of(name: str) -> str:
    from difflib import get_close_matches

    known = FILES | BESIDE
    if near := get_close_matches(name, known, n=1):
        return f"Did you mean '{near[0]}'?"
    if set(name) & set("*?["):
        return "The shell has found no file of such a name."
    return f"Services are: {', '.join(known)}."


def _note_starts(context: Context, tally: Tally) -> None:
    """Note since when the services of this host run. One that has just started may not have come up."""
    from glctl.services.catalog import SERVICES
    from glctl.services.runit import look

    for service in SERVICES:
        with suppress(GlctlError, OSError):
            status = look(service.directory(context.root))
            if status.is_up and status.seconds > _STAYS_UP:
                tally.begins(service.name, datetime.fromtimestamp(status.since, UTC))


@contextmanager
def _progress(found: Sequence[Stretch]) -> Iterator[Callable[[int], None]]:
    """Tell on a terminal how far the reading has come, how quick it is and how long it will take."""
    total = sum(map(size_of, found))
    began = last = time.monotonic()

    def tell(read: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _PROGRESS:
            return
        last = now
        rate = read / (now - began)
        text = f"{read / total:.0%} of {total / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s"
        text += f", {max(0, total - read) / rate:.0f} s left" if rate else ""
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    if not (total and sys.stderr.isatty()):
        yield lambda _: None
        return
    try:
        yield tell
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
