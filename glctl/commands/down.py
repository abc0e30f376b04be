"""``glctl down``: end the supervisor and all that runs under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from glctl.services import teardown

if TYPE_CHECKING:
    from glctl.commands.context import Context


@click.command
@click.pass_obj
def command(context: Context) -> None:
    """End the supervisor and all that runs under it, also what a killed supervisor has left behind.

    Services are asked first, and killed after 10 seconds. Files stay; "glctl start" brings everything back.
    """
    context.require_own_host("glctl down", instead="stop")
    ended = teardown.down(context.root)
    for one in ended:
        context.console.out(
            f"{'killed' if one.killed else 'ended'}: {one.process.name} (pid {one.process.pid})"
        )
    if not ended:
        context.console.out("Nothing was running.")
