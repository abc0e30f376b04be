"""Options that every command has which changes this host and its services."""

from __future__ import annotations

import click

from glctl.converge.watch import SECONDS
from glctl.services.control import TIMEOUT

_SECONDS = click.FloatRange(min=0)

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
