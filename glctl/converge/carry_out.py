"""Carrying out a run: files in place, services brought to them and seen up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.converge import apply, health, rendered, stage
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.services import control, supervisor
from glctl.services.catalog import SERVICES, Service
from glctl.services.runit import look
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.converge.desired import Configuration
    from glctl.converge.prepare import Due, Prepared
    from glctl.settings.host import Host


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a service, and the seconds until it was seen to be up."""

    service: str
    action: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """A run carried out."""

    done: tuple[Done, ...] = ()
    notes: tuple[str, ...] = ()


class NotUpError(GlctlError):
    """A service did not come up on its new configuration."""


def carry_out(prepared: Prepared, tell: Callable[[str], None]) -> Result:
    """Make it so. The caller holds the lock. Raises GlctlError; what is then owed, the next run still does.

    *tell* is given one line before each step that takes time.
    """
    configuration, host = prepared.configuration, prepared.configuration.host
    tree = Tree(host.root)
    applied = Applied(tree)
    if _touches_nginx(prepared):
        stage.try_nginx(configuration.effective, host)
    for name in sorted({notify.service for change in prepared.plan.changes for notify in change.notifies}):
        applied.forget(name)
    for due in prepared.due:
        if due.action == "stop":
            tell(f"Stopping {due.service}: gitlab.rb does not enable it.")
            _stop(_service(due.service), host)
    rendered.remember(configuration, prepared.resources, tree)
    try:
        apply.apply(prepared.plan.changes, prepared.resources, tree, host)
    except OSError as exc:
        raise GlctlError(
            f"{exc.filename} could not be written: {(exc.strerror or str(exc)).lower()}.",
            "No service was restarted. Mend that and run `glctl reconfigure` again: it finishes the rest.",
        ) from exc
    return _settle(prepared, applied, tell)


def _touches_nginx(prepared: Prepared) -> bool:
    changed = any(n.service == "nginx" for change in prepared.plan.changes for n in change.notifies)
    return changed and "nginx" in enabled_services(prepared.configuration.effective)


def _service(name: str) -> Service:
    return next(service for service in SERVICES if service.name == name)


def _stop(service: Service, host: Host) -> None:
    """End a service with its runsv; its link goes next, so that runsvdir does not start it again."""
    directory = service.directory(host.root)
    if look(directory).is_supervised:
        control.act(directory, control.STOP)


def _settle(prepared: Prepared, applied: Applied, tell: Callable[[str], None]) -> Result:
    """Bring every service to its files, and see that it is up."""
    begun = time.monotonic()
    starting = [due.service for due in prepared.due if due.action == "start"]
    if starting:
        tell(f"Starting {', '.join(starting)}.")
    _supervise(prepared.configuration)
    done: list[Done] = []
    notes: list[str] = []
    for due in prepared.due:
        if due.stopped:
            notes.append(f"{due.service} is stopped; it will run on the new files: glctl start {due.service}")
            continue
        if due.action != "start":  # those have been starting side by side since the supervisor was there
            begun = time.monotonic()
        if due.action != "stop":
            _bring_up(due, prepared.configuration, tell)
            _record(due, prepared, applied)
        done.append(Done(due.service, due.action, time.monotonic() - begun))
    return Result(tuple(done), tuple(notes))


def _supervise(configuration: Configuration) -> None:
    """Have a supervisor, and a runsv for each enabled service."""
    host = configuration.host
    services = [_service(name) for name in enabled_services(configuration.effective)]
    if services:
        running = supervisor.ensure(host.root, host.platform.runsvdir)
        supervisor.await_services(host.root, running, services)


def _bring_up(due: Due, configuration: Configuration, tell: Callable[[str], None]) -> None:
    """Do what a service is owed and wait until it is really up. Raises NotUpError."""
    service = _service(due.service)
    directory = service.directory(configuration.host.root)
    match due.action:
        case "start":
            outcome = control.act(directory, control.START, settle=control.SETTLE)
        case "restart":
            tell(f"Restarting {service.name}.")
            outcome = control.act(directory, control.RESTART, settle=control.SETTLE)
        case "reload":
            tell(f"Reloading {service.name}.")
            outcome = control.act(directory, control.reload(service, directory))
        case "restart log":
            outcome = control.act(directory / "log", control.RESTART)
        case _:
            outcome = control.act(directory / "log", control.HUP)
    if not outcome.ok:
        raise _not_up(service, f"its process does not stay up ({outcome.status})", configuration)
    if not due.action.endswith("log") and (reason := health.await_answer(service, configuration.effective)):
        raise _not_up(service, reason, configuration)


def _record(due: Due, prepared: Prepared, applied: Applied) -> None:
    """Remember the files that a service has just been seen up with; a start begins its log service, too."""
    log = f"{due.service}/log"
    names = (
        [due.service, log] if due.action == "start" else [log if due.action.endswith("log") else due.service]
    )
    for name in names:
        applied.record(name, prepared.plan.digests.get(name, {}))


def _not_up(service: Service, reason: str, configuration: Configuration) -> NotUpError:
    from glctl.logs.recent import last_words

    words = last_words(configuration.host.root, service.name)
    said = "".join(f"\n    {line}" for line in words)
    return NotUpError(
        f"{service.name} did not come up: {reason}." + (f"\n  Its last words:{said}" if said else ""),
        f"The new files are in place and {service.name} is still owed this: mend gitlab.rb and run "
        f"`glctl reconfigure` again. `glctl doctor {service.name}` tells more.",
    )
