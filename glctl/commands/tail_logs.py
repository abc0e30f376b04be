"""``glctl tail-logs``: the last lines of the logs, and then whatever is added."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, BinaryIO

import click

from glctl.commands.completion import complete_services
from glctl.errors import GlctlError
from glctl.logs.filters import line_filter
from glctl.logs.follow import tail
from glctl.logs.records import LEVELS
from glctl.logs.sources import find_sources
from glctl.logs.terminal import Painter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.commands.context import Context
    from glctl.logs.records import Level
    from glctl.logs.sources import LogSource


@click.command("tail-logs")
@click.argument("services", nargs=-1, metavar="[SERVICE]...", shell_complete=complete_services)
@click.option(
    "-n", "--lines", type=click.IntRange(min=0), default=10, show_default=True, help="Last lines of each log."
)
@click.option("--no-follow", is_flag=True, help="End after the last lines instead of waiting for more.")
@click.option("--level", type=click.Choice(LEVELS), help="Only lines of this level and above.")
@click.option("--grep", metavar="RE", help="Only lines that match a regular expression.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "raw"]),
    default="text",
    help="raw: the bytes of the logs as they are, for another program.",
)
@click.pass_obj
def command(
    context: Context,
    services: tuple[str, ...],
    lines: int,
    no_follow: bool,
    level: Level | None,
    grep: str | None,
    output_format: str,
) -> None:
    """Print the last lines of the logs and follow them; of all services, or of those named.

    Lines are coloured by level on a terminal. With --level or --grep, the last lines are the last that match.
    """
    wanted = line_filter(level, grep)
    sources = find_sources(context.root, services)
    _require_logs(context, sources)
    painter = None if output_format == "raw" else Painter(context.console, sources)
    output = sys.stdout.buffer
    for chunk in tail(sources, lines, follow=not no_follow, wanted=wanted, output=_descriptor(output)):
        output.write(painter.show(chunk) if painter else chunk.data)
        output.flush()


def _require_logs(context: Context, sources: Sequence[LogSource]) -> None:
    if not any(source.exists for source in sources):
        status = "glctl status" if context.platform.manages_services else "sudo gitlab-ctl status"
        services = ", ".join(dict.fromkeys(source.service for source in sources))
        raise GlctlError(
            f"There are no logs of {services} yet: {sources[0].path} does not exist.",
            f"They appear when the service first runs. See: {status}",
        )


def _descriptor(output: BinaryIO) -> int | None:
    try:
        return output.fileno()
    except io.UnsupportedOperation:
        return None  # not a file: nobody can close the other end
