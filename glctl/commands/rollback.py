"""``glctl rollback``: bring this host back to a generation that its services were seen up with."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from glctl.commands import changes
from glctl.commands.history import when
from glctl.console import harmless
from glctl.converge.back import BESIDE, carry_back, choose, prepare_back
from glctl.converge.drift import drift
from glctl.converge.generations import Generations
from glctl.converge.preflight import preflight
from glctl.converge.state import locked
from glctl.converge.tree import Tree

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.carry_out import Result
    from glctl.converge.generations import Generation
    from glctl.converge.prepare import Prepared


@click.command(short_help="Go back to a configuration that services were seen up with.")
@click.argument("number", type=click.IntRange(1), required=False, metavar="[N]")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--restore-config",
    is_flag=True,
    help=f"Bring gitlab.rb and gitlab-secrets.json back, too; what they hold now is kept as *{BESIDE}.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--no-diff", is_flag=True, help="Name what changes without showing how.")
@click.pass_obj
def command(
    context: Context, number: int | None, dry_run: bool, restore_config: bool, form: str, no_diff: bool
) -> None:
    """Apply generation N as it was (see "glctl history"), by default the one before what is applied now.

    It goes through the same gates as reconfigure. gitlab.rb stays as it is, unless with --restore-config: the
    next reconfigure brings forward again what it says.
    """
    begun = time.monotonic()
    if not dry_run:
        context.require_own_host("rollback", "reconfigure (after putting the old gitlab.rb back)")
    tree = Tree(context.root)
    generation = choose(Generations(tree), number, tree)
    if form == "text":
        context.console.out(
            f"Back to generation {generation.number} of {when(generation)} (glctl {generation.version})."
        )

    def prepare(show: bool) -> Prepared:
        prepared = prepare_back(generation, context.root, context.platform, restore_config=restore_config)
        with suppress(BrokenPipeError):  # a reader that has seen enough does not end the run
            if show and form == "text":
                changes.show(context.console, prepared, no_diff)
        return prepared

    if dry_run:
        prepared, result = prepare(True), None
        preflight(prepared)
    else:
        preflight(prepare(False))
        with locked(tree):
            prepared = prepare(True)  # once more: another run may have been at work until now
            result = _carry_back(context, prepared, generation, restore_config)
    seconds = time.monotonic() - begun
    if form == "json":
        report = changes.document(prepared, result.done if result else None, seconds)
        context.console.out(json.dumps({**report, "generation": generation.number}, indent=2))
    else:
        changes.show_end(context.console, prepared, result, seconds)
    if not dry_run:
        _tell_what_differs(context, restore_config)


def _carry_back(context: Context, prepared: Prepared, generation: Generation, restore_config: bool) -> Result:
    try:
        config_file = context.config_file if restore_config else None
        return carry_back(prepared, config_file, context.console.note)
    except KeyboardInterrupt:
        context.console.note(f"Interrupted. To finish it: glctl rollback {generation.number}")
        raise


def _tell_what_differs(context: Context, restored: bool) -> None:
    """Say that gitlab.rb does not say what runs now, and what that leads to."""
    found = drift(context.root, context.config_file)
    changed = [harmless(each.path) for each in found.altered if each.source] if found else []
    if not found or not changed:
        return
    context.console.note(
        f"note: what runs now is not what {' and '.join(changed)} says: "
        "the next `glctl reconfigure` brings that forward again."
    )
    if not restored:
        context.console.note(
            f"  -> To have gitlab.rb back, too, with the present one beside it: "
            f"glctl rollback {found.number} --restore-config"
        )
