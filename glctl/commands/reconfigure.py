"""``glctl reconfigure``: bring this host to what gitlab.rb says."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from glctl.commands import changes
from glctl.converge.desired import examine
from glctl.converge.generations import Generations
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.tree import Tree
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.commands.context import Context
    from glctl.converge.carry_out import Result
    from glctl.converge.desired import Configuration


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

    def show(prepared: Prepared) -> None:
        if form == "text":
            changes.show(context.console, prepared, no_diff)

    try:
        if dry_run:
            prepared, result = _look(context, show), None
        else:
            prepared, result = _run(context, show)
    except GlctlError as exc:
        if detailed_exitcode:
            exc.exit_code = 1  # 2 would say that something changes
        raise
    seconds = time.monotonic() - begun
    if form == "json":
        context.console.out(json.dumps(changes.document(prepared, result, seconds), indent=2))
    else:
        changes.show_end(context.console, prepared, result, seconds)
    return 2 if detailed_exitcode and prepared.changed else 0


def _look(context: Context, show: Callable[[Prepared], None]) -> Prepared:
    """What a run would do, and what would stop it."""
    prepared = prepare(_configuration(context))
    show(prepared)
    if prepared.changed and context.platform.manages_services:
        from glctl.converge.preflight import preflight

        preflight(prepared)
    return prepared


def _run(context: Context, show: Callable[[Prepared], None]) -> tuple[Prepared, Result | None]:
    context.require_own_host("reconfigure", "reconfigure (look first: glctl reconfigure --dry-run)")
    first = prepare(_configuration(context))
    if not first.changed and Generations(Tree(context.root)).has(first.configuration, first.resources):
        return first, None
    from glctl.converge.carry_out import carry_out
    from glctl.converge.preflight import preflight
    from glctl.converge.secrets import Generated
    from glctl.converge.state import locked

    preflight(first)
    with locked(Tree(context.root)):
        # Once more under the lock: another run may have been at work until now, and have made secrets.
        prepared = prepare(first.configuration.with_secrets(Generated()))
        with suppress(BrokenPipeError):  # a reader that has seen enough does not end the run
            show(prepared)
        try:
            return prepared, carry_out(prepared, context.console.note)
        except KeyboardInterrupt:
            context.console.note("Interrupted. The next `glctl reconfigure` finishes the rest.")
            raise


def _configuration(context: Context) -> Configuration:
    configuration = examine(context.root, context.config_file, context.platform).require_sound()
    warnings = configuration.diagnostics
    if warnings and context.console.verbose:
        from glctl.commands.diagnostics import print_diagnostics

        print_diagnostics(warnings, sys.stderr)
    elif warnings:
        count = f"{len(warnings)} warning{'s' * (len(warnings) > 1)}"
        context.console.note(f"{count} about gitlab.rb: `glctl check-config` shows them.")
    return configuration
