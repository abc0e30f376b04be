"""``glctl tail-logs``: the last lines of the logs, and then whatever is added."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from glctl.commands.completion import complete_services
from glctl.commands.interruption import finishing
from glctl.console import harmless, stdout_named
from glctl.errors import GlctlError
from glctl.logs.cursor import Cursor
from glctl.logs.filters import line_filter
from glctl.logs.follow import Follower
from glctl.logs.output import PIPE_BUF, Output, held_back
from glctl.logs.reader import LOOK_BACK
from glctl.logs.records import LEVELS
from glctl.logs.sources import BESIDE, find_sources
from glctl.logs.times import window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from glctl.commands.context import Context
    from glctl.logs.follow import Chunk
    from glctl.logs.records import Level
    from glctl.logs.sources import LogSource
    from glctl.logs.stretches import Window

_LAST = 10  # lines of each log, where nothing else is asked for
_LAST_OF_REQUEST = 1000  # all that is said of one, even at level debug
# Bytes of lines that, mostly, are at most PIPE_BUF when they are shown.
_AT_ONCE = {"raw": PIPE_BUF, "text": PIPE_BUF * 3 // 4, "json": PIPE_BUF // 2}


@click.command("tail-logs")
@click.argument("services", nargs=-1, metavar="[SERVICE]...", shell_complete=complete_services)
@click.option(
    "-n", "--lines", type=click.IntRange(min=0), help="Last lines of each log.  [10, or all since --since]"
)
@click.option("-f", "--follow", is_flag=True, hidden=True, expose_value=False)  # as tail has it
@click.option("--no-follow", is_flag=True, help="End after the last lines instead of waiting for more.")
@click.option("--since", metavar="T", help="From when on: 10m, 2h, 10:00, yesterday, 2026-11-24T10:00:00Z.")
@click.option("--until", metavar="T", help="Until when.")
@click.option("--utc", is_flag=True, help="Show times in UTC instead of the local zone.")
@click.option("--level", type=click.Choice([*LEVELS, "warn"]), help="Only lines of this level and above.")
@click.option("--grep", metavar="RE", help="Only lines that match a regular expression.")
@click.option("--request", metavar="ID", help="Only lines about one request, of all logs.")
@click.option(
    "--cursor",
    "cursor_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep in FILE how far was read, and go on there the next time.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "raw", "json"]),
    default="text",
    help="raw: the bytes of the logs as they are; json: one document a line.",
)
@click.pass_obj
def command(
    context: Context,
    services: tuple[str, ...],
    lines: int | None,
    no_follow: bool,
    since: str | None,
    until: str | None,
    utc: bool,
    level: str | None,
    grep: str | None,
    request: str | None,
    cursor_file: Path | None,
    form: str,
) -> None:
    """Print the last lines of the logs and follow them; of all services, or of those named.

    What is there is merged by time. Lines are coloured by level on a terminal, and known problems explained.
    With --level or --grep, the last lines are the last that match. With --cursor, nothing is told twice, and
    nothing left out that svlogd or logrotate still keeps.

    --request wants a request's id, as the registry logs it (http.request.id, correlation_id) or answers with
    (X-Request-Id). It is looked for in the last 256 MiB of each log, or from --since on, and in GitLab's own
    logs, too. Of nginx only lines count whose log_format has the id.
    """
    window = window_of(since, until)
    minimum = cast("Level | None", "warning" if level == "warn" else level)
    wanted = line_filter(minimum, grep, window, request)
    sources = find_sources(context.root, services)
    if request and not services:
        sources += [source for source in find_sources(context.root, BESIDE) if source.exists]
    _require_logs(context, sources)
    output = _output(sys.stdout.buffer)
    follower = Follower(
        sources,
        (_LAST_OF_REQUEST if request else _LAST) if lines is None and not since else lines,
        follow=not no_follow and not _is_over(window),
        wanted=wanted,
        cursor=Cursor(cursor_file) if cursor_file else None,
        at_once=_AT_ONCE[form],
        output=output,
        tell=lambda text: context.console.note(f"glctl: {text}"),
    )
    gc.set_threshold(100_000)  # lines are no cycles: looking for some in all that come costs a thirtieth
    show = _shower(form, context, sources, utc)
    write = output.write if output else sys.stdout.buffer.write
    with finishing(), held_back(), stdout_named(), contextlib.closing(follower.chunks()) as batches:
        found = request is None or cursor_file is not None
        for chunks in batches:
            write(b"".join([show(chunk) for chunk in chunks]))
            if not (chunks or found):
                _note_nothing(context, str(request), sources, window, utc)
            found = True


def _require_logs(context: Context, sources: Sequence[LogSource]) -> None:
    if not any(source.exists for source in sources):
        status = "glctl status" if context.platform.manages_services else "sudo gitlab-ctl status"
        services = ", ".join(dict.fromkeys(source.service for source in sources))
        raise GlctlError(
            f"There are no logs of {services} yet: {sources[0].path} does not exist.",
            f"They appear when the service first runs. See: {status}",
        )


def _note_nothing(
    context: Context, request: str, sources: Sequence[LogSource], window: Window, utc: bool
) -> None:
    """Say that nothing is about *request*, and where it was looked for."""
    from glctl.logs.summary import shown

    zone = UTC if utc else None
    since = (
        f"from {shown(window.since, zone)} on" if window.since else f"the last {LOOK_BACK >> 20} MiB of each"
    )
    until = f", until {shown(window.until, zone)}" if window.until else ""
    where = ", ".join(source.name for source in sources if source.exists)
    context.console.note(f"glctl: no line is about request {harmless(request)} in {where} ({since}{until}).")
    context.console.note("  -> To look further back: --since T")


def _is_over(window: Window) -> bool:
    return window.until is not None and window.until <= datetime.now(UTC)


def _shower(form: str, context: Context, sources: Sequence[LogSource], utc: bool) -> Callable[[Chunk], bytes]:
    """How chunks are shown."""
    if form == "raw":
        return lambda chunk: chunk.data
    zone = UTC if utc else None
    if form == "json":
        from glctl.logs.documents import Documents

        return Documents(zone).show
    from glctl.logs.terminal import Painter

    return Painter(context.console, sources, zone).show


def _output(stream: BinaryIO) -> Output | None:
    try:
        return Output(stream.fileno())
    except io.UnsupportedOperation:
        return None  # not a file: nobody can close the other end
