"""Options that every command has which changes this host and its services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from glctl.commands.seconds import Seconds
from glctl.converge.watch import SECONDS
from glctl.services.control import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable


_SECONDS = Seconds(min=0)

no_rollback = click.option(
    "--no-rollback", is_flag=True, help="Where a service fails on the new files, leave them."
)
no_trial = click.option(
    "--no-trial",
    is_flag=True,
    help="Do not start the registry for a trial, which takes a storage that can be reached.",
)
watch = click.option(
    "--watch",
    type=_SECONDS,
    default=SECONDS,
    show_default=True,
    metavar="S",
    help="Seconds for which services must stay up before the run counts as good; 0 leaves it out.",
)
drain = click.option(
    "--drain",
    type=_SECONDS,
    default=0,
    metavar="S",
    help="Wait up to S seconds for requests under way before the registry is restarted.",
)
wait = click.option(
    "--wait", type=_SECONDS, default=0, metavar="S", help="Wait up to S seconds for another run."
)
wait_briefly = click.option(
    "--wait",
    type=_SECONDS,
    default=TIMEOUT,
    show_default=True,
    metavar="S",
    help="Wait up to S seconds for a run, such as a reconfigure, that is under way.",
)
_OF_A_RUN = (
    click.option(
        "--dry-run", is_flag=True, help="Show what would change and what would stop it; change nothing."
    ),
    click.option(
        "--detailed-exitcode", is_flag=True, help="Exit 0: nothing to change, 2: changes, 1: failure."
    ),
    click.option(
        "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report."
    ),
    click.option("--no-diff", is_flag=True, help="Name what changes without showing how."),
    no_trial,
    no_rollback,
    watch,
    drain,
    wait,
)


def of_a_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """All that ``reconfigure`` and ``rollback`` take."""
    for option in reversed(_OF_A_RUN):
        command = option(command)
    return command
