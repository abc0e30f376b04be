"""``glctl scan-logs``: what the logs of any time tell, and what is most likely behind it."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glctl.commands.completion import complete_services
from glctl.errors import GlctlError, UsageError
from glctl.logs.sources import FILES, find_sources
from glctl.logs.stretches import Window, stretches
from glctl.logs.summary import report, to_document, to_text
from glctl.logs.times import moment
from glctl.logs.workers import sweep_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from glctl.commands.context import Context
    from glctl.logs.stretches import Stretch
    from glctl.logs.tally import Tally

_PROGRESS = 0.2  # seconds between two looks at it


@click.command("scan-logs", short_help="Find known problems in logs of any size and age.")
@click.argument("names", nargs=-1, metavar="[SERVICE|FILE]...", shell_complete=complete_services)
@click.option("--since", metavar="T", help="From when on: 10m, 2h, 10:00, yesterday, 2026-11-24T10:00:00Z.")
@click.option("--until", metavar="T", help="Until when.")
@click.option("--utc", is_flag=True, help="Show times in UTC instead of the local zone.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.pass_obj
def command(
    context: Context, names: tuple[str, ...], since: str | None, until: str | None, utc: bool, form: str
) -> int:
    """Apply what glctl knows of log lines to the logs of all services, of those named, or to files.

    Rotated files are read, too, compressed ones included. What no rule explains is shown by its shape. Exit 1
    if errors were found.
    """
    window = _window(since, until)
    began = time.monotonic()
    found = list(_stretches(context, names, window))
    tally = sweep_all(found, window, _progress(found))
    made = report(tally, time.monotonic() - began)
    if form == "json":
        context.console.out(json.dumps(to_document(tally, made), indent=2))
    else:
        context.console.out(to_text(tally, made, context.console, UTC if utc else None))
    return int(bool(tally.shapes) or not made.ok)


def _window(since: str | None, until: str | None) -> Window:
    now = datetime.now().astimezone()
    window = Window(moment(since, now) if since else None, moment(until, now) if until else None)
    if window.since and window.until and window.since >= window.until:
        raise UsageError("--since is not before --until: no line can be between them.", "Swap them.")
    return window


def _stretches(context: Context, names: Sequence[str], window: Window) -> Iterator[Stretch]:
    """What is to be read: of the logs of services, and of files (their name has a / or is no service's)."""
    services = [name for name in names if name in FILES]
    files = [Path(name) for name in names if name not in FILES]
    if services or not files:
        sources = [source for source in find_sources(context.root, services) if source.exists]
        if not sources and not files:
            raise GlctlError("There are no logs yet.", "They appear when the services first run.")
        for source in sources:
            for path in [*source.archives(), source.path]:
                if path.exists():
                    yield from _readable(path, source.service, window)
    for path in files:
        if not path.is_file():
            what = "is no file" if path.exists() else "is neither a service nor a file"
            raise UsageError(f"{path} {what}.", f"Services are: {', '.join(FILES)}.")
        yield from _readable(path, _service_of(path), window)


def _readable(path: Path, service: str, window: Window) -> Iterator[Stretch]:
    try:
        yield from stretches(path, service, window)
    except PermissionError as exc:
        raise GlctlError(f"Cannot read {path}: permission denied.", "Run it as root.") from exc


def _service_of(path: Path) -> str:
    """The service that a file belongs to, by its path; the registry's, where that does not tell."""
    return next((name for name in FILES if name in path.parts), "registry")


def _progress(found: Sequence[Stretch]) -> Callable[[Tally], None]:
    """Tell on a terminal how far the reading has come, how quick it is and how long it will take."""
    total = sum((each.end or each.path.stat().st_size) - each.start for each in found)
    began = last = time.monotonic()

    def tell(tally: Tally) -> None:
        nonlocal last
        now = time.monotonic()
        over = tally.size >= total
        if not sys.stderr.isatty() or (now - last < _PROGRESS and not over):
            return
        last = now
        rate = tally.size / (now - began)
        text = f"{tally.size / total:.0%} of {total / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s"
        text += f", {max(0.0, total - tally.size) / rate:.0f} s left" if rate else ""
        sys.stderr.write("\r\x1b[K" if over else f"\r\x1b[K{text}")
        sys.stderr.flush()

    return tell
