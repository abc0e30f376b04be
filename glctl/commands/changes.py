"""A plan and what became of it, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.console import as_called, harmless
from glctl.converge.diff import diff, summary
from glctl.converge.left_behind import left_behind
from glctl.errors import GlctlError
from glctl.render.resources import Directory, File, Symlink
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.console import Console
    from glctl.converge.bring_up import Done
    from glctl.converge.carry_out import Result
    from glctl.converge.plan import Change
    from glctl.converge.prepare import Prepared

_COLORS = {"create": "green", "update": "yellow", "delete": "red"}
_MARKS = {"create": "+", "update": "~", "delete": "-"}
_SHOWN_SINGLY = 4  # new directories and links; a first run makes some thirty
_LINE_COLORS = {"+": ["green"], "-": ["red"], "@": ["cyan"]}


def show(console: Console, prepared: Prepared, no_diff: bool) -> None:
    """Each change with its diff, and what is owed for another reason than these changes.

    New directories and links are only counted, unless with ``-v``.
    """
    made = prepared.plan.changes
    frame = [c for c in made if c.action == "create" and isinstance(c.resource, Directory | Symlink)]
    counted = [] if console.verbose or len(frame) <= _SHOWN_SINGLY else frame
    for change in made:
        if change not in counted:
            show_change(console, change, no_diff)
    if counted:
        console.out(console.paint(f"+ create {len(counted)} directories and links around them", "green"))
    for due in prepared.due:
        if due.because and not due.stopped:
            console.out(console.paint(f"! {due.action} {due.service}: {due.because}", "yellow"))
    if prepared.unfinished and not (made or prepared.due):
        console.out(console.paint("! an earlier run lacked only its end", "yellow"))


def warn(console: Console, prepared: Prepared) -> None:
    """Say loudly, whatever the format, what a run does that nobody would want unawares."""
    if found := left_behind(prepared):
        what, hint = found
        console.note(f"{console.paint('warning:', 'yellow')} {what}\n  -> {hint}")


def show_change(console: Console, change: Change, no_diff: bool = False) -> None:
    """One change, with its diff."""
    console.out(console.paint(f"{_MARKS[change.action]} {harmless(summary(change))}", _COLORS[change.action]))
    # A new file is shown whole only with -v: what matters is what an update does.
    if no_diff or (change.action == "create" and not console.verbose):
        return
    show_diff(console, diff(change))


def show_diff(console: Console, text: str) -> None:
    """A unified diff, in its colours."""
    for line in text.splitlines():
        console.out("    " + console.paint(line, *_LINE_COLORS.get(line[:1], [])))


def show_end(console: Console, prepared: Prepared, result: Result | None, seconds: float) -> None:
    """What there was to do, what was done, and what was left out; *result* is None where nothing was done."""
    for service in prepared.stopped:
        left = "was stopped, or ended after once, and stays so"
        console.note(f"note: {service} {left}. To start it: glctl start {service}")
    if result and any(due.stopped for due in prepared.due):
        console.note("note: history has this once it was seen up: start it, then run glctl reconfigure.")
    effective = prepared.configuration.effective
    if not enabled_services(effective):
        origin = effective.origin("registry.enable")
        file = origin.kind == "file"
        why = f"registry['enable'] is false ({origin})" if file else "registry_external_url is not set"
        console.note(f"note: no service is enabled: {why}.")
    if not prepared.changed:
        what = f"generation {prepared.back_to} has it" if prepared.back_to else "gitlab.rb says"
        console.out(f"Nothing to do: this host is as {what} ({seconds:.1f} s).")
        return
    secrets = [c for c in prepared.plan.changes if isinstance(c.resource, File) and c.resource.secret]
    if any(change.action == "update" and "content" in change.aspects for change in secrets):
        console.note("note: secrets change; GitLab and other nodes need the new gitlab-secrets.json, too.")
    for note in _left_out(prepared):
        console.note(f"note: {note}")
    count = len(prepared.plan.changes)
    files = f"{count} change{'s' * (count > 1)}" if count else "no change"
    if result is None:
        due = ", ".join(f"{d.action} {d.service}" for d in prepared.due if not d.stopped)
        console.out(f"Would make {files}{f', then {due}' if due else ''}. Nothing was touched.")
        return
    from glctl.converge.bring_up import PAST

    done = ", ".join(f"{d.service} {PAST[d.action]} ({d.seconds:.1f} s)" for d in result.done)
    console.out(f"Made {files}; {done or 'no service had to hear of it'}. {seconds:.1f} s in all.")


def _left_out(prepared: Prepared) -> list[str]:
    """What needs root or a real host, and is not done."""
    host, effective = prepared.configuration.host, prepared.configuration.effective
    if not host.platform.manages_services:
        return ["glctl changes nothing on an Omnibus host. To apply gitlab.rb: sudo gitlab-ctl reconfigure"]
    wanted = {
        effective[f"{who}.username"]
        for who in ("registry", "web_server")
        if not host.has_account(effective[f"{who}.username"], effective[f"{who}.group"])
    }
    if not wanted:
        return []
    why = "a sandbox makes no accounts" if host.privileged else "glctl is not run by root"
    names = " and ".join(sorted(wanted))
    return [f"{why}: {host.invoker} stands in for {names}."]


def failure(
    console: Console, prepared: Prepared | None, exc: GlctlError | OSError, seconds: float
) -> dict[str, Any]:
    """The document of a run that failed; *prepared* is None where it was not even worked out."""
    from glctl.converge.roll_back import RolledBackError

    back = isinstance(exc, RolledBackError)
    done = exc.done if isinstance(exc, RolledBackError) else ()
    made = document(prepared, done, seconds, rolled_back=back)
    service = getattr(exc, "service", "") or None
    if isinstance(exc, GlctlError):
        what, hint = exc.message, as_called(exc.hint, console.called)
    else:
        what, hint = f"{exc.filename or 'A file'}: {exc.strerror}", ""
    return {**made, "error": {"message": what, "hint": hint, "service": service}}


def document(
    prepared: Prepared | None, done: Sequence[Done] | None, seconds: float, *, rolled_back: bool = False
) -> dict[str, Any]:
    """The JSON of the design. *done* is None where nothing was done, yet."""
    made, dues = (prepared.plan.changes, prepared.due) if prepared else ((), ())
    due = [(due.service, due.action, 0.0) for due in dues if not due.stopped]
    told = due if done is None else [(each.service, each.action, each.seconds) for each in done]
    services = [{"name": name, "action": action, "seconds": round(took, 3)} for name, action, took in told]
    return {
        "changed": bool(prepared and prepared.changed),
        "changes": [{"path": c.path, "action": c.action, "diff": diff(c)} for c in made],
        "services": services,
        "rolled_back": rolled_back,
        "duration_ms": round(seconds * 1000),
    }
