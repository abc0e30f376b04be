"""``glctl reconfigure``: bring this host to what gitlab.rb says."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from glctl.commands import changes
from glctl.converge.desired import examine
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.secrets import Generated

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.carry_out import Result


@click.command(short_help="Bring this host to what gitlab.rb says.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 0: nothing to change, 2: changes, 1: failure.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--no-diff", is_flag=True, help="Name what changes without showing how.")
@click.pass_obj
def command(context: Context, dry_run: bool, detailed_exitcode: bool, form: str, no_diff: bool) -> int:
    """Read gitlab.rb, show what differs on this host, change it, restart what must restart, see it up.

    Everything is looked at before anything is written. The next run finishes one that was interrupted.
    """
    begun = time.monotonic()
    if not dry_run:
        context.require_own_host("reconfigure", "reconfigure (look first: glctl reconfigure --dry-run)")
    prepared = _prepared(context)
    result = None
    if dry_run and form == "text":
        changes.show(context.console, prepared.plan, no_diff)
    elif not dry_run and prepared.changed:
        prepared, result = _run(context, prepared, show=form == "text", no_diff=no_diff)
    seconds = time.monotonic() - begun
    if form == "json":
        context.console.out(json.dumps(changes.document(prepared, result, seconds), indent=2))
    else:
        changes.show_end(context.console, prepared, result, seconds)
    return 2 if detailed_exitcode and prepared.changed else 0


def _prepared(context: Context) -> Prepared:
    configuration = examine(context.root, context.config_file, context.platform, Generated()).require_sound()
    warnings = configuration.diagnostics
    if warnings and context.console.verbose:
        from glctl.commands.diagnostics import print_diagnostics

        print_diagnostics(warnings, sys.stderr)
    elif warnings:
        count = f"{len(warnings)} warning{'s' * (len(warnings) > 1)}"
        context.console.note(f"{count} about gitlab.rb: `glctl check-config` shows them.")
    return prepare(configuration)


def _run(context: Context, first: Prepared, *, show: bool, no_diff: bool) -> tuple[Prepared, Result]:
    from glctl.converge.carry_out import carry_out
    from glctl.converge.state import locked
    from glctl.converge.tree import Tree

    with locked(Tree(context.root)):
        # Once more under the lock: another run may have been at work until now.
        prepared = prepare(first.configuration)
        if show:
            changes.show(context.console, prepared.plan, no_diff)
        return prepared, carry_out(prepared, context.console.note)
