"""``glctl doctor``: what is wrong, and why."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from glctl.commands.completion import complete_codes
from glctl.doctor.clocks import time_servers
from glctl.doctor.facts import Facts, Options
from glctl.doctor.remedies import as_typed_here
from glctl.doctor.targets import TARGETS
from glctl.errors import UsageError
from glctl.findings.formats import explain, to_json, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.commands.context import Context
    from glctl.doctor.check import Check
    from glctl.doctor.observed import Observed


@click.command(short_help="Find out what is wrong, and why.")
@click.argument("target", required=False, default="registry", type=click.Choice(list(TARGETS)))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--strict", is_flag=True, help="Exit 1 on warnings, too.")
@click.option("--timeout", type=click.FloatRange(min=0.1), metavar="S", help="Seconds that a check may take.")
@click.option(
    "--write", is_flag=True, help="Also push one small blob and read it back; it stays, always the same."
)
@click.option("--read-only", is_flag=True, help="Not even write a temporary file.")
@click.option(
    "--ntp-server",
    "ntp_servers",
    multiple=True,
    metavar="HOST[:PORT]",
    envvar="GLCTL_NTP_SERVERS",
    help="Ask this time server (repeatable); else those of /etc/gitlab/glctl-ntp-servers, one a line.",
)
@click.option("--list", "list_checks", is_flag=True, help="List the checks.")
@click.option(
    "--explain",
    "code",
    metavar="CODE",
    shell_complete=complete_codes,
    help="Say what a code of a finding means.",
)
@click.pass_obj
def command(
    context: Context,
    target: str,
    form: str,
    strict: bool,
    timeout: float | None,
    write: bool,
    read_only: bool,
    ntp_servers: tuple[str, ...],
    list_checks: bool,
    code: str | None,
) -> int:
    """Examine the registry from its clock to a push, and name the cause of what is wrong.

    By default nothing is stored in the registry and nothing stays behind. Exit 1 if errors were found.
    """
    if code:
        context.console.out(explain(code, context.console))
        return 0
    if list_checks:
        for check in TARGETS[target]:
            context.console.out(f"{check.name:<17}{check.about}")
        return 0
    options = _options(write, read_only, ntp_servers or time_servers(context.root), timeout)
    from glctl.doctor.runner import examine

    try:
        with Facts(_observed(context), options) as facts:
            report = examine(target, _chosen(target, timeout), facts, _progress)
    finally:
        _progress(())
    report = as_typed_here(report, context.platform, context.console.called)
    context.console.out(to_json(report) if form == "json" else to_text(report, context.console))
    return report.exit_code(strict=strict)


def _options(write: bool, read_only: bool, ntp_servers: tuple[str, ...], timeout: float | None) -> Options:
    from glctl.clients.ntp import split_server

    if write and read_only:
        raise UsageError("--write and --read-only contradict each other.", "Leave one of them out.")
    for server in ntp_servers:
        split_server(server)  # a UsageError is the user's, not a check's
    options = Options(write, read_only, ntp_servers)
    # Time servers that are silent are a result, and no reason for a check to be late, which then asks others.
    return replace(options, ntp_timeout=min(options.ntp_timeout, 0.4 * timeout)) if timeout else options


def _chosen(target: str, timeout: float | None) -> tuple[Check, ...]:
    checks = TARGETS[target]
    return tuple(replace(check, timeout=timeout) for check in checks) if timeout else checks


def _observed(context: Context) -> Observed:
    """What runs here; with ``--config FILE``, what would run with it."""
    from glctl.doctor.observed import from_disk, from_files

    if context.config is None:
        return from_disk(context.root)
    from glctl.converge.desired import examine
    from glctl.render.resources import File

    configuration = examine(context.root, context.config, context.platform).require_sound()
    files = {r.path: r.content for r in configuration.resources() if isinstance(r, File)}
    return from_files(context.root, files, configuration.diagnostics)


def _progress(names: Sequence[str]) -> None:
    """The checks under way, on one line of a terminal that is overwritten."""
    if sys.stderr.isatty():
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        text = f"examining {', '.join(names)} …" if names else ""
        sys.stderr.write(f"\r\x1b[K{text[: width - 1]}")
        sys.stderr.flush()
