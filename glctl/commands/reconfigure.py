"""``glctl reconfigure``: bring this host to what gitlab.rb says."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from glctl.commands import run_options
from glctl.commands.run import Asked, Run
from glctl.console import harmless
from glctl.converge import rendered
from glctl.converge.desired import examine
from glctl.converge.generations import Generations
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.state import locked
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import STATE_DIR

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.converge.bring_up import Options
    from glctl.converge.carry_out import Result
    from glctl.converge.desired import Configuration
    from glctl.spans import Diagnostic


_REMINDED = 5  # warnings


@click.command(short_help="Bring this host to what gitlab.rb says.")
@run_options.of_a_run
@click.pass_obj
def command(context: Context, /, **given: Any) -> int:
    """Read gitlab.rb, show what differs on this host, change it, restart what must restart, see it up.

    Everything is looked at before anything is written, by a dry run, too, behind its summary: ports, disks,
    certificates, nginx -t in a tree of its own, and the registry's new configuration by a start of it on a
    private socket, with its true credentials; where images are to be kept elsewhere, it asks that storage.
    Where a service does not come up, or stay up, the previous files are put back and the services are
    restarted on them. The next run finishes one that was interrupted.
    """
    return _Reconfigure(context, Asked(**given)).carry_through()


class _Reconfigure(Run):
    """From gitlab.rb to what it says."""

    def carry_through(self) -> int:
        try:
            return super().carry_through()
        except (GlctlError, OSError):
            if self.prepared and not self.context.console.verbose:
                _remind(self.context.console, self.prepared.configuration)
            raise

    def prepare(self) -> Prepared:
        if not self.asked.dry_run:
            hint = "reconfigure (look first: glctl reconfigure --dry-run)"
            self.context.require_own_host("reconfigure", hint)
        return prepare(_configuration(self.context))

    def prepare_again(self, first: Prepared, /) -> Prepared:
        """Once more: another run may also have made secrets."""
        from glctl.converge.secrets import Generated

        return prepare(first.configuration.with_secrets(Generated()))

    def is_done(self, first: Prepared, /) -> bool:
        tree = Tree(self.context.root)
        done = not first.changed and Generations(tree).has(first.configuration, first.resources)
        if done and first.rendered and tree.root.at(STATE_DIR).is_dir():  # another glctl's memory, say
            with suppress(GlctlError, OSError), locked(tree):
                rendered.remember(first.configuration, first.resources, tree)
        return done

    def carry(self, prepared: Prepared, options: Options) -> Result:
        from glctl.converge.carry_out import carry_out

        return carry_out(prepared, self.context.console.note, options)

    def how_to_finish(self) -> str:
        return "The next `glctl reconfigure` finishes the rest."


def _configuration(context: Context) -> Configuration:
    configuration = examine(context.root, context.config_file, context.platform).require_sound()
    if configuration.diagnostics and context.console.verbose:
        from glctl.commands.diagnostics import print_diagnostics

        print_diagnostics(configuration.diagnostics, sys.stderr)
    elif warnings := _warnings(configuration):
        count = f"{len(warnings)} warning{'s' * (len(warnings) > 1)}"
        context.console.note(f"{count} about gitlab.rb: `glctl check-config` shows them.")
    return configuration


def _warnings(configuration: Configuration) -> list[Diagnostic]:
    """What may well be the reason where a run fails; notes are not."""
    return [each for each in configuration.diagnostics if each.severity == "warning"]


def _remind(console: Console, configuration: Configuration) -> None:
    """Say briefly what there were warnings of."""
    from glctl.commands.diagnostics import told

    warnings = _warnings(configuration)
    for each in warnings[:_REMINDED]:
        where = f"{each.span}: " if each.span else ""
        console.note(f"{harmless(where)}{console.paint('warning:', 'yellow')} {told(each)}")
    if more := len(warnings[_REMINDED:]):
        console.note(f"and {more} more: `glctl check-config` shows them.")
