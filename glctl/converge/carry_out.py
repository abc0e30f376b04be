"""Carrying out a run: files in place, services brought to them and seen up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.converge import apply, health, rendered
from glctl.converge.generations import Generations
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.secret import mask_line
from glctl.services import control, supervisor
from glctl.services.catalog import REGISTRY, SERVICES, Service
from glctl.services.runit import look
from glctl.services.teardown import end_orphans
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.converge.desired import Configuration
    from glctl.converge.prepare import Due, Prepared
    from glctl.services.control import Outcome
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


class NotUpError(GlctlError):
    """A service did not come up on its new configuration."""


def carry_out(prepared: Prepared, tell: Callable[[str], None]) -> Result:
    """Make it so. The caller holds the lock. Raises GlctlError; what is then owed, the next run still does.

    *tell* is given one line before each step that takes time.
    """
    tree = Tree(prepared.configuration.host.root)
    applied = Applied(tree)
    concerned = {notify.service for change in prepared.plan.changes for notify in change.notifies}
    try:
        for name in sorted(concerned):  # in the same order each time, as all that is written
            applied.forget(name)
        if prepared.back_to is None and not prepared.temporary:  # else another glctl may have rendered it
            rendered.remember(prepared.configuration, prepared.resources, tree)
        apply.apply(prepared.plan.changes, prepared.resources, tree, prepared.configuration.host)
        result = _settle(prepared, applied, tell)
        if not prepared.temporary:
            Generations(tree).keep(prepared.configuration, prepared.resources, prepared.back_to)
        return result
    except OSError as exc:
        raise GlctlError(
            f"{exc.filename or 'A file'} could not be written: {(exc.strerror or str(exc)).lower()}.",
            "Not everything is done. Mend that and run `glctl reconfigure` again: it finishes the rest.",
        ) from exc


def _settle(prepared: Prepared, applied: Applied, tell: Callable[[str], None]) -> Result:
    """Bring every service to its files, and see that it is up."""
    begun = time.monotonic()
    starting = [due.service for due in prepared.due if due.action == "start"]
    if starting:
        tell(f"Starting {', '.join(starting)}.")
    _supervise(prepared.configuration)
    done: list[Done] = []
    for due in prepared.due:
        if due.action != "start":  # those have been starting side by side since the supervisor was there
            begun = time.monotonic()
        if due.stopped:
            _leave_down(due, prepared, applied)
            continue
        if due.action == "stop":
            _stop(due, prepared.configuration.host, tell)
        else:
            _bring_up(due, prepared, tell)
            _record(due, prepared, applied)
        done.append(Done(due.service, due.action, time.monotonic() - begun))
    return Result(tuple(done))


def _service(name: str) -> Service:
    return next(service for service in SERVICES if service.name == name)


def _stop(due: Due, host: Host, tell: Callable[[str], None]) -> None:
    """End a service with its runsv. Its link has gone before, so that runsvdir does not start it again."""
    tell(f"Stopping {due.service}.")
    directory = _service(due.service).directory(host.root)
    if not control.act(directory, control.EXIT).ok:
        raise GlctlError(
            f"{due.service} has not ended within {control.TIMEOUT:.0f} s ({look(directory)}).",
            f"It ends when its last requests are answered. To end it now: glctl kill {due.service}",
        )


def _leave_down(due: Due, prepared: Prepared, applied: Applied) -> None:
    """A service that is stopped and has no process: whatever starts it next reads the new files."""
    if look(_service(due.service).directory(prepared.configuration.host.root)).pid is None:
        _record(due, prepared, applied)


def _supervise(configuration: Configuration) -> None:
    """Have a supervisor, and a runsv for each enabled service."""
    host = configuration.host
    services = [_service(name) for name in enabled_services(configuration.effective)]
    if services:
        running = supervisor.ensure(host.root, host.platform.runsvdir)
        supervisor.await_services(host.root, running, services)


def _bring_up(due: Due, prepared: Prepared, tell: Callable[[str], None]) -> None:
    """Do what a service is owed and wait until it is really up. Raises NotUpError."""
    configuration, service = prepared.configuration, _service(due.service)
    directory = service.directory(configuration.host.root)
    match due.action:
        case "start":
            outcome = _start(service, control.START, configuration.host)
        case "restart":
            tell(f"Restarting {service.name}.")
            outcome = _start(service, control.RESTART, configuration.host)
        case "reload":
            tell(f"Reloading {service.name}.")
            outcome = control.act(directory, control.reload(service, directory))
        case "restart log":
            outcome = control.act(directory / "log", control.RESTART)
        case _:
            outcome = control.act(directory / "log", control.HUP)
    if not outcome.ok:
        raise _not_up(service, _fault(due, outcome), configuration)
    if due.action.endswith("log"):
        return
    upstream_down = REGISTRY.name in prepared.stopped
    if reason := health.await_answer(service, configuration.effective, upstream_down=upstream_down):
        raise _not_up(service, reason, configuration)


def _start(service: Service, verb: control.Verb, host: Host) -> control.Outcome:
    """Start or restart a service, rid of what a killed one left on its ports."""
    end_orphans(host.root, service)
    verb = control.with_workers(service, verb)
    return control.act(service.directory(host.root), verb, settle=control.SETTLE)


def _fault(due: Due, outcome: Outcome) -> str:
    """What was seen instead of a service that stays up."""
    if due.action == "reload":
        return "its workers are still the old ones, it does not accept its configuration"
    if outcome.ends > 1:
        return f"it ended {outcome.ends} times within {outcome.waited:.0f} s"
    return f"after {outcome.waited:.0f} s its state is {outcome.status.state}: {outcome.status}"


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
    said = "".join(f"\n    {harmless(mask_line(line))}" for line in words)
    return NotUpError(
        f"{service.name} did not come up: {reason}." + (f"\n  Its last words:{said}" if said else ""),
        "The new files are in place. Mend gitlab.rb and run `glctl reconfigure` again: it finishes the rest. "
        "`glctl doctor registry` tells more.",
    )
