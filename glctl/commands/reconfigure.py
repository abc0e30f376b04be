"""``glctl reconfigure``: bring this host to what gitlab.rb says."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from glctl.commands import changes, run_options
from glctl.converge.desired import examine
from glctl.converge.generations import Generations
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.tree import Tree
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.carry_out import Result
    from glctl.converge.desired import Configuration


@click.command(short_help="Bring this host to what gitlab.rb says.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would change and what would stop it; change nothing."
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
def command(context: Context, /, **given: Any) -> int:
    """Read gitlab.rb, show what differs on this host, change it, restart what must restart, see it up.

    Everything is looked at before anything is written, by a dry run, too, behind its summary: ports, disks,
    certificates, nginx -t in a tree of its own, and the registry's new configuration by a start of it on a
    private socket, with its true credentials; where images are to be kept elsewhere, it asks that storage.
    Where a service does not come up, or stay up, the previous files are put back and the services are
    restarted on them. The next run finishes one that was interrupted.
    """
    asked = _Asked(**given)
    try:
        return _Run(context, asked).carry_through()
    except GlctlError as exc:
        if asked.detailed_exitcode:
            exc.exit_code = 1  # 2 would say that something changes
        raise


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says."""

    dry_run: bool
    detailed_exitcode: bool
    form: str
    no_diff: bool
    no_trial: bool
    no_rollback: bool
    watch: float
    drain: float
    wait: float


class _Run:
    """One reconfigure, from gitlab.rb to its report."""

    def __init__(self, context: Context, asked: _Asked) -> None:
        self.context = context
        self.asked = asked
        self.begun = time.monotonic()
        self.prepared: Prepared | None = None
        self.reported = False

    def carry_through(self) -> int:
        """Returns the exit code. As JSON a failure is reported, too."""
        try:
            return self._carry_through()
        except (GlctlError, OSError) as exc:
            if self.asked.form == "json" and not self.reported:
                seconds = time.monotonic() - self.begun
                self._print(changes.failure(self.context.console, self.prepared, exc, seconds))
            raise

    def _carry_through(self) -> int:
        dry, text = self.asked.dry_run, self.asked.form == "text"
        prepared, result = (self._look(), None) if dry else self._change()
        tried = dry and prepared.changed and self.context.platform.manages_services
        if tried and not text:
            self._preflight(prepared)
        self._report(prepared, result)
        if tried and text:
            self._preflight(prepared)
        return 2 if self.asked.detailed_exitcode and prepared.changed else 0

    def _report(self, prepared: Prepared, result: Result | None) -> None:
        seconds = time.monotonic() - self.begun
        if self.asked.form == "json":
            self.reported = True
            self._print(changes.document(prepared, result.done if result else None, seconds))
        else:
            changes.show_end(self.context.console, prepared, result, seconds)

    def _look(self) -> Prepared:
        """What a run would do."""
        self.prepared = prepared = prepare(_configuration(self.context))
        self._show(prepared)
        return prepared

    def _preflight(self, prepared: Prepared) -> None:
        """Refuse what would stop a run."""
        from glctl.converge.preflight import preflight

        preflight(prepared, trial=not self.asked.no_trial)

    def _change(self) -> tuple[Prepared, Result | None]:
        context = self.context
        context.require_own_host("reconfigure", "reconfigure (look first: glctl reconfigure --dry-run)")
        self.prepared = first = prepare(_configuration(context))
        kept = Generations(Tree(context.root))
        if not first.changed and kept.has(first.configuration, first.resources):
            return first, None
        from glctl.converge.secrets import Generated
        from glctl.converge.state import locked

        try:
            self._preflight(first)
        except GlctlError:
            self._show(first)  # what it is that cannot be done
            raise
        with locked(Tree(context.root), self.asked.wait, context.console.note) as held:
            # Once more under the lock: another run may have been at work until now, and have made secrets.
            self.prepared = prepared = prepare(first.configuration.with_secrets(Generated()))
            if held.waited:
                self._preflight(prepared)
            with suppress(BrokenPipeError):  # a reader that has seen enough does not end the run
                self._show(prepared)
            return prepared, self._carry_out(prepared)

    def _carry_out(self, prepared: Prepared) -> Result:
        from glctl.commands.interruption import finishing
        from glctl.converge.bring_up import Options
        from glctl.converge.carry_out import carry_out

        options = Options(self.asked.watch, self.asked.drain, not self.asked.no_rollback)
        try:
            with finishing():
                return carry_out(prepared, self.context.console.note, options)
        except KeyboardInterrupt:
            self.context.console.note("Interrupted. The next `glctl reconfigure` finishes the rest.")
            raise

    def _show(self, prepared: Prepared) -> None:
        if self.asked.form == "text":
            changes.show(self.context.console, prepared, self.asked.no_diff)
        changes.warn(self.context.console, prepared)

    def _print(self, document: dict[str, Any]) -> None:
        self.context.console.out(json.dumps(document, indent=2))


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
