"""``glctl rollback``: bring this host back to a generation that its services were seen up with."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from glctl.commands import changes, run_options
from glctl.commands.history import when
from glctl.commands.interruption import finishing
from glctl.console import harmless
from glctl.converge.back import BESIDE, carry_back, choose, prepare_back
from glctl.converge.bring_up import Options
from glctl.converge.drift import drift
from glctl.converge.generations import Generations
from glctl.converge.preflight import preflight
from glctl.converge.state import locked
from glctl.converge.tree import Tree
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.carry_out import Result
    from glctl.converge.generations import Generation
    from glctl.converge.prepare import Prepared


@click.command(short_help="Go back to a configuration that services were seen up with.")
@click.argument("number", type=click.IntRange(1), required=False, metavar="[N]")
@click.option(
    "--dry-run", is_flag=True, help="Show what would change and what would stop it; change nothing."
)
@click.option(
    "--restore-config",
    is_flag=True,
    help=f"Bring gitlab.rb and gitlab-secrets.json back, too; what they hold now is kept as *{BESIDE}.N.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 0: nothing to change, 2: changes, 1: failure.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--no-diff", is_flag=True, help="Name what changes without showing how.")
@run_options.no_trial
@run_options.no_rollback
@run_options.watch
@run_options.drain
@run_options.wait
@click.pass_obj
def command(context: Context, /, number: int | None, **given: Any) -> int:
    """Apply generation N as it was (see "glctl history"), by default the one before what is applied now.

    It goes through the same gates as reconfigure. gitlab.rb stays as it is, unless with --restore-config: the
    next reconfigure brings forward again what it says.
    """
    return _Run(context, _Asked(**given), number).carry_through()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says."""

    dry_run: bool
    restore_config: bool
    detailed_exitcode: bool
    form: str
    no_diff: bool
    no_trial: bool
    no_rollback: bool
    watch: float
    drain: float
    wait: float


class _Run:
    """One way back to generation *number*, by default the one before, to its report."""

    def __init__(self, context: Context, asked: _Asked, number: int | None) -> None:
        self.context = context
        self.asked = asked
        self.number = number
        self.begun = time.monotonic()
        self.prepared: Prepared | None = None
        self.reported = False

    def carry_through(self) -> int:
        """Returns the exit code. As JSON a failure is reported, too."""
        context = self.context
        try:
            if not self.asked.dry_run:
                context.require_own_host(
                    "glctl rollback", "reconfigure (after putting the old gitlab.rb back)"
                )
            tree = Tree(context.root)
            generation = choose(Generations(tree), self.number, tree)
            self.number = generation.number
            return self._carry_through(generation)
        except (GlctlError, OSError) as exc:
            if self.asked.form == "json" and not self.reported:
                seconds = time.monotonic() - self.begun
                self._print(changes.failure(context.console, self.prepared, exc, seconds))
            raise

    def _carry_through(self, generation: Generation) -> int:
        console, dry, text = self.context.console, self.asked.dry_run, self.asked.form == "text"
        if text:
            about = f"{generation.number} of {when(generation)} (glctl {generation.version})"
            console.out(f"Back to generation {about}.")
        prepared, result = (self._look(generation), None) if dry else self._change(generation)
        if dry and not text:
            self._preflight(prepared)
        if text:
            changes.show_end(console, prepared, result, time.monotonic() - self.begun)
        else:
            self.reported = True
            done, seconds = result.done if result else None, time.monotonic() - self.begun
            self._print(changes.document(prepared, done, seconds))
        if dry and text:
            self._preflight(prepared)
        if result:
            _tell_what_differs(self.context, self.asked.restore_config)
        return 2 if self.asked.detailed_exitcode and prepared.changed else 0

    def _look(self, generation: Generation) -> Prepared:
        """What a run would do."""
        prepared = self._prepare(generation)
        self._show(prepared)
        return prepared

    def _preflight(self, prepared: Prepared) -> None:
        """Refuse what would stop a run."""
        preflight(prepared, trial=not self.asked.no_trial)

    def _change(self, generation: Generation) -> tuple[Prepared, Result]:
        first = self._prepare(generation)
        try:
            self._preflight(first)
        except GlctlError:
            self._show(first)  # what it is that cannot be done
            raise
        with locked(Tree(self.context.root), self.asked.wait, self.context.console.note) as held:
            prepared = self._prepare(generation)  # once more: another run may have been at work until now
            if held.waited:
                self._preflight(prepared)
            with suppress(BrokenPipeError):  # a reader that has seen enough does not end the run
                self._show(prepared)
            return prepared, self._carry_back(prepared)

    def _carry_back(self, prepared: Prepared) -> Result:
        options = Options(self.asked.watch, self.asked.drain, not self.asked.no_rollback)
        config_file = self.context.config_file if self.asked.restore_config else None
        try:
            with finishing():
                return carry_back(prepared, config_file, self.context.console.note, options)
        except KeyboardInterrupt:
            self.context.console.note(f"Interrupted. To finish it: glctl rollback {self.number}")
            raise

    def _prepare(self, generation: Generation) -> Prepared:
        context, restore = self.context, self.asked.restore_config
        self.prepared = prepare_back(generation, context.root, context.platform, restore_config=restore)
        return self.prepared

    def _show(self, prepared: Prepared) -> None:
        if self.asked.form == "text":
            changes.show(self.context.console, prepared, self.asked.no_diff)
        changes.warn(self.context.console, prepared)

    def _print(self, report: dict[str, Any]) -> None:
        self.context.console.out(json.dumps({**report, "generation": self.number}, indent=2))


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
