"""``glctl doctor``: what is wrong, and why."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from glctl.commands.completion import complete_codes, complete_doctor_names
from glctl.commands.progress import Progress
from glctl.commands.seconds import Seconds
from glctl.doctor.choice import choose
from glctl.doctor.clocks import time_servers
from glctl.doctor.facts import Facts, Options
from glctl.doctor.login import Login
from glctl.doctor.remedies import as_typed_here
from glctl.doctor.targets import GROUPS, TARGETS
from glctl.doctor.usage import usage
from glctl.errors import UsageError
from glctl.secret import Secret

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.doctor.choice import Choice
    from glctl.doctor.observed import Observed
    from glctl.findings.report import Report

_EFFECTS = {"passing": "  (not with --read-only)", "lasting": "  (with --write only)"}


@click.command(short_help="Find out what is wrong, and why.")
@click.argument("target", required=False, default="registry", type=click.Choice(list(TARGETS)))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit", "prometheus"]),
    default="text",
    help="How to report; prometheus is for node_exporter's textfile collector.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_doctor_names,
    help="Only this group, check (with those that it requires) or code (repeatable).",
)
@click.option(
    "--skip",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_doctor_names,
    help="Leave out this group, check, or code with what follows from it (repeatable).",
)
@click.option("--strict", is_flag=True, help="Exit 1 on warnings, too.")
@click.option(
    "--timeout", type=Seconds(min=0.1, max=86400), metavar="S", help="Seconds that a check may take."
)
@click.option("--wait", type=Seconds(min=0), metavar="S", help="Look again for S seconds, until all is well.")
@click.option(
    "--write", is_flag=True, help="Also push one small blob and read it back; it stays, always the same."
)
@click.option("--read-only", is_flag=True, help="Not even write a temporary file.")
@click.option("--deep", is_flag=True, help="Walk whole trees, of which samples are looked at otherwise.")
@click.option(
    "--ntp-server",
    "ntp_servers",
    multiple=True,
    metavar="HOST[:PORT]",
    envvar="GLCTL_NTP_SERVERS",
    help="Ask this time server (repeatable); else those of /etc/gitlab/glctl-ntp-servers, one a line.",
)
@click.option(
    "--login-as",
    "user",
    metavar="USER",
    help="Also try this user's login, once; with --token-stdin.",
)
@click.option("--token-stdin", is_flag=True, help="Read the user's token or password from standard input.")
@click.option(
    "--image", default="", metavar="NAME", help="Whether an image can be called so, and what the user may do."
)
@click.option("--list", "list_checks", is_flag=True, help="List the checks by group.")
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
    only: tuple[str, ...],
    skip: tuple[str, ...],
    strict: bool,
    timeout: float | None,
    wait: float | None,
    write: bool,
    read_only: bool,
    deep: bool,
    ntp_servers: tuple[str, ...],
    user: str | None,
    token_stdin: bool,
    image: str,
    list_checks: bool,
    code: str | None,
) -> int:
    """Examine the registry from its clock to a push, and name the cause of what is wrong.

    By default nothing is stored in the registry and nothing stays behind. Exit 1 if errors were found.
    """
    if code:
        from glctl.findings.explanation import explain

        context.console.out(explain(code, context.console))
        return 0
    if list_checks:
        context.console.out(_listed(target))
        return 0
    choice = choose(target, only, skip, timeout)
    servers = ntp_servers or time_servers(context.root)
    options = _sound(Options(write=write, read_only=read_only, deep=deep, ntp_servers=servers), timeout)
    options = replace(options, login=_login(user, token_stdin=token_stdin), image=image)
    with Progress(choice.groups) as progress:
        look = partial(_look, context, choice, options, progress)
        if wait is None:
            report = look(False)
        else:
            from glctl.doctor.wait import wait_until_well

            def is_well(report: Report) -> bool:
                return report.exit_code(strict=strict) == 0

            report = wait_until_well(look, is_well, progress.waiting, wait, logs_in=user is not None)
    context.console.out(_formatted(report, form, choice, context.console, strict=strict))
    return report.exit_code(strict=strict)


def _sound(options: Options, timeout: float | None) -> Options:
    """*options*, which must make sense together."""
    from glctl.clients.ntp import split_server

    if options.write and options.read_only:
        raise UsageError("--write and --read-only contradict each other.", "Leave one of them out.")
    for server in options.ntp_servers:
        split_server(server)  # a UsageError is the user's, not a check's
    # Time servers that are silent are a result, and no reason for a check to be late, which then asks others.
    return replace(options, ntp_timeout=min(options.ntp_timeout, 0.4 * timeout)) if timeout else options


def _login(user: str | None, *, token_stdin: bool) -> Login | None:
    """Whose login to try. A token on the command line would stand in the list of processes."""
    if not user and not token_stdin:
        return None
    if not user or not token_stdin or sys.stdin.isatty():
        raise UsageError(
            "--login-as needs the token or password on standard input.",
            'printf %s "$TOKEN" | glctl doctor --login-as USER --token-stdin',
        )
    token = sys.stdin.readline().rstrip("\r\n")
    if not token:
        raise UsageError("Standard input holds no token.", "Pipe it in: a personal access token, for one.")
    return Login(user, Secret(token))


def _look(context: Context, choice: Choice, options: Options, progress: Progress, waiting: bool) -> Report:
    """One examination. *waiting*: another may follow."""
    from glctl.doctor.runner import examine

    observed = _observed(context)
    with Facts(observed, replace(options, waiting=waiting)) as facts:
        report = examine(choice.target, choice.checks, facts, progress.examining)
    if choice.is_whole:
        report = replace(report, usage=usage(observed, report))
    return as_typed_here(choice.of(report), context.platform, context.console.called)


def _formatted(report: Report, form: str, choice: Choice, console: Console, *, strict: bool) -> str:
    if form == "json":
        from glctl.findings.formats import to_json

        return to_json(report)
    if form == "junit":
        from glctl.findings.junit import to_junit

        return to_junit(report, choice.groups, strict=strict)
    if form == "prometheus":
        from glctl.findings.prometheus import to_prometheus

        return to_prometheus(report, time.time())
    from glctl.findings.text import to_text

    return to_text(report, choice.groups, console)


def _listed(target: str) -> str:
    """The checks by group, each with what it is about."""
    width = max(len(check.name) for check in TARGETS[target])
    lines: list[str] = []
    for group, checks in GROUPS[target].items():
        lines += [group, *(f"  {c.name:<{width}}  {c.about}{_EFFECTS.get(c.effect, '')}" for c in checks)]
    return "\n".join(lines)


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
