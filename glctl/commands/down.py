"""``glctl down``: end the supervisor and all that runs under it, and remove what glctl made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from glctl.commands import run_options
from glctl.console import harmless
from glctl.converge.state import between_runs, locked
from glctl.converge.tree import Tree
from glctl.errors import UsageError
from glctl.services import teardown

if TYPE_CHECKING:
    from glctl.commands.context import Context


@click.command
@click.option("--purge", is_flag=True, help="Then remove what glctl made; images, logs and secrets stay.")
@click.option("--data", is_flag=True, help="With --purge: images, logs and secrets, too. Asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@run_options.wait_briefly
@click.pass_obj
def command(context: Context, purge: bool, data: bool, yes: bool, wait: float) -> None:
    """End the supervisor and all that runs under it, also what a killed supervisor has left behind.

    Services are asked first, and killed after 10 seconds. Files stay; "glctl start" brings everything back.
    Also with --purge stay accounts, gitlab.rb and certificates.
    """
    if data and not purge:
        raise UsageError("--data without --purge would remove nothing.", "Use: glctl down --purge --data")
    context.require_own_host("glctl down", instead="stop")
    if data and not (yes or sys.stdin.isatty()):
        raise UsageError(
            "--data deletes images, and there is no terminal to ask on.",
            "Look first at what stays without it: glctl down --purge. Then say --data --yes.",
        )
    if data and not yes:
        where = context.root.path
        click.confirm(f"Delete images, logs and secrets below {where} for good?", abort=True, err=True)
    with between_runs(Tree(context.root), wait, context.console.note):
        ended = teardown.down(context.root)
    for one in ended:
        context.console.out(
            f"{'killed' if one.killed else 'ended'}: {one.process.name} (pid {one.process.pid})"
        )
    if not ended:
        context.console.out("Nothing was running.")
    if purge:
        _purge(context, data)


def _purge(context: Context, data: bool) -> None:
    from glctl.converge.purge import purge

    tree = Tree(context.root)
    with locked(tree, 0.0, context.console.note):
        done = purge(tree, data=data)
    context.console.out(f"Removed {done.removed} of the things that glctl and its services made.")
    if data and not done.known:
        context.console.note(
            "note: no generation is left here that tells where images and logs are. An earlier purge has"
            " named what it kept; that can be removed by hand."
        )
    for path in done.left:
        context.console.out(f"kept: {harmless(path)}")
