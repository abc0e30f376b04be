"""``glctl reconfigure``: bring this host to what gitlab.rb says."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from glctl.converge import reconfigure as flow
from glctl.converge.desired import examine
from glctl.converge.diff import diff, summary
from glctl.converge.secrets import Generated

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.converge.plan import Change

_COLORS = {"create": "green", "update": "yellow", "delete": "red"}
_MARKS = {"create": "+", "update": "~", "delete": "-"}


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
    if not dry_run:
        context.require_own_host("reconfigure", "reconfigure (look first: glctl reconfigure --dry-run)")
    if dry_run:
        prepared = _prepare(context)
        result = flow.Result()
        _show_plan(context, prepared, form, no_diff)
    else:
        prepared, result = _run(context, form, no_diff)
    seconds = time.monotonic() - begun
    if form == "json":
        context.console.out(json.dumps(_document(prepared, result, dry_run, seconds), indent=2))
    else:
        _show_end(context.console, prepared, result, dry_run, seconds)
    return 2 if detailed_exitcode and prepared.changed else 0


def _prepare(context: Context) -> flow.Prepared:
    configuration = examine(context.root, context.config_file, context.platform, Generated()).require_sound()
    _warn(context, configuration.diagnostics)
    return flow.prepare(configuration)


def _run(context: Context, form: str, no_diff: bool) -> tuple[flow.Prepared, flow.Result]:
    first = _prepare(context)
    if not first.changed:
        return first, flow.Result()
    with flow.lock(first.configuration):
        # Once more under the lock: another run may have been at work until now.
        prepared = flow.prepare(first.configuration)
        _show_plan(context, prepared, form, no_diff)
        return prepared, flow.carry_out(prepared, context.console.note)


def _warn(context: Context, diagnostics: Any) -> None:
    import sys

    from glctl.commands.diagnostics import print_diagnostics

    if context.console.verbose:
        print_diagnostics(diagnostics, sys.stderr)
    elif diagnostics:
        count = len(diagnostics)
        context.console.note(
            f"{count} warning{'s' * (count > 1)} in gitlab.rb: glctl check-config shows them."
        )


def _show_plan(context: Context, prepared: flow.Prepared, form: str, no_diff: bool) -> None:
    if form == "json":
        return
    for change in prepared.plan.changes:
        _show_change(context.console, change, no_diff)


def _show_change(console: Console, change: Change, no_diff: bool) -> None:
    color = _COLORS[change.action]
    console.out(console.paint(f"{_MARKS[change.action]} {summary(change)}", color))
    # A new file is shown whole only with -v: what matters is what an update does.
    if no_diff or (change.action == "create" and not console.verbose):
        return
    for line in diff(change).splitlines():
        style = {"+": ["green"], "-": ["red"], "@": ["cyan"]}.get(line[:1], [])
        console.out("    " + console.paint(line, *style))


def _show_end(
    console: Console, prepared: flow.Prepared, result: flow.Result, dry_run: bool, seconds: float
) -> None:
    for note in (*_skipped(prepared), *result.notes):
        console.note(f"note: {note}")
    if not prepared.changed:
        console.out(f"Nothing to do: this host is as gitlab.rb says ({seconds:.1f} s).")
        return
    count = len(prepared.plan.changes)
    files = f"{count} change{'s' * (count != 1)}"
    if dry_run:
        due = ", ".join(f"{d.action} {d.service}" for d in prepared.due if not d.stopped) or "no service"
        console.out(f"Would make {files}, and then: {due}. Nothing was touched.")
        return
    services = ", ".join(f"{d.service} {_PAST[d.action]} and up in {d.seconds:.1f} s" for d in result.done)
    console.out(
        f"Made {files}. "
        + (f"{services}. " if services else "No service had to hear. ")
        + f"({seconds:.1f} s)"
    )


_PAST = {
    "start": "started",
    "restart": "restarted",
    "reload": "reloaded",
    "stop": "stopped",
    "restart log": "log restarted",
    "reload log": "log reloaded",
}


def _skipped(prepared: flow.Prepared) -> list[str]:
    """What needs root or a real host, and was therefore left out."""
    host, effective = prepared.configuration.host, prepared.configuration.effective
    accounts = {
        user
        for user, group in (
            (effective["registry.username"], effective["registry.group"]),
            (effective["web_server.username"], effective["web_server.group"]),
        )
        if not host.has_account(user, group)
    }
    if not accounts or not prepared.changed:
        return []
    why = "not root" if not host.privileged else "a sandbox makes no accounts"
    return [f"{why}: {', '.join(sorted(accounts))} stand back, files and services are {host.invoker}'s."]


def _document(prepared: flow.Prepared, result: flow.Result, dry_run: bool, seconds: float) -> dict[str, Any]:
    services: list[dict[str, Any]]
    if dry_run:
        services = [
            {"name": d.service, "action": d.action, "seconds": 0.0} for d in prepared.due if not d.stopped
        ]
    else:
        services = [
            {"name": d.service, "action": d.action, "seconds": round(d.seconds, 3)} for d in result.done
        ]
    return {
        "changed": prepared.changed,
        "changes": [{"path": c.path, "action": c.action, "diff": diff(c)} for c in prepared.plan.changes],
        "services": services,
        "rolled_back": False,
        "duration_ms": round(seconds * 1000),
    }
