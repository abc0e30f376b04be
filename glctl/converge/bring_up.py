"""Bringing services to their files: all are told at the same time, then each is seen to be up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.converge import drain, watch
from glctl.errors import GlctlError
from glctl.services import control, supervisor
from glctl.services.catalog import NGINX, REGISTRY, SERVICES, Service
from glctl.services.runit import look
from glctl.services.teardown import end_orphans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from glctl.converge.health import Probe
    from glctl.converge.prepare import Due
    from glctl.converge.state import Applied
    from glctl.paths import Root
    from glctl.services.control import Verb
    from glctl.services.runit import Status
    from glctl.settings.platform import Program

PAST = {
    "start": "started",
    "restart": "restarted",
    "reload": "reloaded",
    "stop": "stopped",
    "restart log": "log restarted",
    "reload log": "log reloaded",
}
_SAYING = {"start": "Starting", "restart": "Restarting", "reload": "Reloading"}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a service, and the seconds until it was seen to be up."""

    service: str
    action: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes about services: seconds to watch them once they are up, seconds to wait for requests
    before the registry is restarted; *roll_back*: go back to the previous files where that fails.
    """

    watch: float = watch.SECONDS
    drain: float = 0.0
    roll_back: bool = True


@dataclass(frozen=True, slots=True)
class Goal:
    """What services are to be brought to.

    *records*: what is then noted of each. *serving*: where the registry has its clients until now. *touched*:
    when (Unix seconds) services were told something, which the run itself adds to.
    """

    root: Root
    runsvdir: Program
    enabled: tuple[str, ...]
    due: tuple[Due, ...]
    probes: Mapping[str, Probe | None]
    records: Mapping[str, Mapping[str, str]]
    stopped: tuple[str, ...] = ()
    touched: dict[str, float] = field(default_factory=dict)
    serving: Probe | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A service that was told something. *name*: ``registry/log`` is its log service."""

    due: Due
    name: str
    directory: Path
    verb: Verb
    before: Status
    begun: float


class NotUpError(GlctlError):
    """A service did not come up; *service* says which, *reason* what was seen instead.

    *fell*: it did come up, and did not stay.
    """

    def __init__(self, service: str, reason: str, *, fell: bool = False) -> None:
        super().__init__(f"{service} {'came up, and' if fell else 'did not come up:'} {reason}.")
        self.service = service
        self.reason = reason
        self.fell = fell


class StoppedError(GlctlError):
    """Somebody else has stopped *service*, which was to come up: that says nothing about its new files."""

    def __init__(self, service: str) -> None:
        self.service = service
        name = service.partition("/")[0]
        super().__init__(
            f"{service} was stopped by somebody else while this run was under way, and stays so.",
            f"When it may run again: glctl start {name}, then glctl reconfigure",
        )


def bring_up(goal: Goal, options: Options, tell: Callable[[str], None]) -> tuple[Done, ...]:
    """Do what services are owed, see each up, and watch them all. Raises GlctlError.

    *tell* is given a line before each step that takes time.
    """
    begun = time.monotonic()
    stopped = [_stop(due, goal, tell) for due in goal.due if due.action == "stop"]
    due = [each for each in goal.due if each.action != "stop" and not each.stopped]
    if any(each.action == "restart" and each.service == REGISTRY.name for each in due):
        drain.drain(goal.serving, options.drain, tell)
    for action in _SAYING:
        if named := [each.service for each in due if each.action == action]:
            tell(f"{_SAYING[action]} {', '.join(named)}.")
    _supervise(goal)
    told = [_tell(each, goal, begun) for each in due]
    done = [_see_up(each, goal) for each in told]
    _watch(told, options.watch)
    return (*stopped, *done)


def record(goal: Goal, applied: Applied) -> None:
    """Remember the files that services have just been seen up with; a start begins its log service, too.

    One that is stopped and has no process is owed nothing: whatever starts it next reads the new files.
    """
    for due in goal.due:
        log = f"{due.service}/log"
        names = {"start": [due.service, log], "stop": []}.get(due.action, [due.service])
        if due.action.endswith("log"):
            names = [log]
        if due.stopped and look(_service(due.service).directory(goal.root)).pid is not None:
            continue  # it is still ending, on the old files
        for name in names:
            if found := goal.records.get(name):
                applied.record(name, found)


def _service(name: str) -> Service:
    return next(service for service in SERVICES if service.name == name)


def _stop(due: Due, goal: Goal, tell: Callable[[str], None]) -> Done:
    """End a service with its runsv. Its link has gone before, so that runsvdir does not start it again."""
    begun = time.monotonic()
    tell(f"Stopping {due.service}.")
    goal.touched.update({due.service: time.time(), f"{due.service}/log": time.time()})
    directory = _service(due.service).directory(goal.root)
    if not control.act(directory, control.EXIT).ok:
        raise GlctlError(
            f"{due.service} has not ended within {control.TIMEOUT:.0f} s ({look(directory)}).",
            f"It ends when its last requests are answered. To end it now: glctl kill {due.service}",
        )
    return Done(due.service, due.action, time.monotonic() - begun)


def _supervise(goal: Goal) -> None:
    """Have a supervisor, and a runsv for each enabled service."""
    services = [_service(name) for name in goal.enabled]
    if services:
        running = supervisor.ensure(goal.root, goal.runsvdir)
        supervisor.await_services(goal.root, running, services)


def _tell(due: Due, goal: Goal, begun: float) -> Told:
    """Tell a service what it is owed. A start has been under way since there is a supervisor."""
    service = _service(due.service)
    directory = service.directory(goal.root)
    if due.action != "start":
        begun = time.monotonic()
    name = due.service
    match due.action:
        case "start":
            verb = control.with_workers(service, control.START)
            goal.touched[f"{due.service}/log"] = time.time()
        case "restart":
            verb = control.with_workers(service, control.RESTART)
        case "reload":
            verb = control.reload(service, directory)
        case _:
            name, directory = f"{due.service}/log", directory / "log"
            verb = control.RESTART if due.action == "restart log" else control.HUP
    if due.action in ("start", "restart", "restart log"):
        end_orphans(goal.root, service)  # what a killed one has left keeps its ports, and its svlogd the log
    goal.touched[name] = time.time()
    return Told(due, name, directory, verb, control.send(directory, verb), begun)


def _see_up(told: Told, goal: Goal) -> Done:
    """Wait until a service is really up. Raises NotUpError or StoppedError."""
    if reason := watch.come_up(told.directory, told.verb, told.before):
        raise _failed(told.due.service, told.directory, reason)
    service, probe = _service(told.due.service), goal.probes.get(told.name)
    if probe:
        upstream_down = service is NGINX and REGISTRY.name in goal.stopped
        if reason := watch.answers(service, told.directory, probe, upstream_down=upstream_down):
            raise _failed(told.due.service, told.directory, reason)
    return Done(told.due.service, told.due.action, time.monotonic() - told.begun)


def _watch(told: Iterable[Told], seconds: float) -> None:
    """See that what has come up stays up, log services included. Raises NotUpError or StoppedError."""
    directories = {each.name: each.directory for each in told}
    for each in told:
        if each.due.action == "start":
            directories[f"{each.name}/log"] = each.directory / "log"
    if seconds and directories and (fallen := watch.watch(directories, seconds)):
        name, reason = fallen
        raise _failed(name, directories[name], reason, fell=True)


def _failed(service: str, directory: Path, reason: str, *, fell: bool = False) -> GlctlError:
    """Why a service is not up. It was told to be: who wants it down now is somebody else."""
    now = look(directory)
    if now.want == "down" or now.state == "no supervisor":
        return StoppedError(service)
    return NotUpError(service, reason, fell=fell)
