"""``glctl rollback``: bring this host back to a generation that its services were seen up with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from glctl.commands import run_options
from glctl.commands.history import when
from glctl.commands.run import Asked, Run
from glctl.console import harmless
from glctl.converge.back import BESIDE, carry_back, choose, prepare_back
from glctl.converge.drift import drift
from glctl.converge.generations import Generations
from glctl.converge.tree import Tree

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.bring_up import Options
    from glctl.converge.carry_out import Result
    from glctl.converge.prepare import Prepared


@click.command(short_help="Go back to a configuration that services were seen up with.")
@click.argument("number", type=click.IntRange(1), required=False, metavar="[N]")
@click.option(
    "--restore-config",
    is_flag=True,
    help=f"Bring gitlab.rb and gitlab-secrets.json back, too; what they hold now is kept as *{BESIDE}.N.",
)
@run_options.of_a_run
@click.pass_obj
def command(context: Context, /, number: int | None, **given: Any) -> int:
    """Apply generation N as it was (see "glctl history"), by default the one before what is applied now.

    It goes through the same gates as reconfigure. gitlab.rb stays as it is, unless with --restore-config: the
    next reconfigure brings forward again what it says.
    """
    return _Rollback(context, Asked(**given), number).carry_through()


class _Rollback(Run):
    """Back to generation *number*, by default the one before."""

    def __init__(self, context: Context, asked: Asked, number: int | None) -> None:
        super().__init__(context, asked)
        self.number = number

    def go(self) -> int:
        context = self.context
        if not self.asked.dry_run:
            context.require_own_host("glctl rollback", "reconfigure (after putting the old gitlab.rb back)")
        tree = Tree(context.root)
        self.generation = choose(Generations(tree), self.number, tree)
        self.number = self.generation.number
        if self.asked.form == "text":
            about = f"{self.number} of {when(self.generation)} (glctl {self.generation.version})"
            context.console.out(f"Back to generation {about}.")
        code = super().go()
        if not self.asked.dry_run:
            _tell_what_differs(context, self.asked.restore_config)
        return code

    def prepare(self) -> Prepared:
        root, platform = self.context.root, self.context.platform
        return prepare_back(self.generation, root, platform, restore_config=self.asked.restore_config)

    def prepare_again(self, _first: Prepared, /) -> Prepared:
        return self.prepare()

    def is_done(self, _first: Prepared, /) -> bool:
        return False  # it becomes a generation of its own even where nothing differs

    def carry(self, prepared: Prepared, options: Options) -> Result:
        config_file = self.context.config_file if self.asked.restore_config else None
        return carry_back(prepared, config_file, self.context.console.note, options)

    def how_to_finish(self) -> str:
        return f"To finish it: glctl rollback {self.number}"

    def print(self, document: dict[str, Any]) -> None:
        super().print({**document, "generation": self.number})


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
