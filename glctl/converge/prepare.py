"""Working out a run: gitlab.rb → Resources → Plan, and what each service is owed. Reads only."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from glctl.converge import accounts, rendered
from glctl.converge.journal import Journal
from glctl.converge.listening import nginx_listeners
from glctl.converge.plan import Ids, Plan, plan
from glctl.converge.read_only import INTERRUPTED, is_taken_away
from glctl.converge.state import APPLIED_DIR, GENERATIONS_DIR, Applied, holder
from glctl.converge.tree import TEMPORARY, Actual, ObstacleError, Tree
from glctl.errors import GlctlError
from glctl.paths import STATE_DIR
from glctl.render.resources import Absent, Account, Directory
from glctl.services import supervisor
from glctl.services.catalog import REGISTRY, SERVICES
from glctl.services.runit import look
from glctl.services.usage import children, is_working
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.converge.desired import Configuration
    from glctl.converge.plan import Problem
    from glctl.render.resources import Action, File, Resource, Symlink
    from glctl.services.catalog import Service
    from glctl.services.runit import Status

    Placed = File | Directory | Symlink | Absent  # all but accounts

DueAction = Literal["start", "restart", "reload", "stop", "restart log", "reload log"]


@dataclass(frozen=True, slots=True)
class Due:
    """What a service is owed. *stopped*: an administrator has stopped it, so it is left alone.

    *because*: why, where the Changes do not show it.
    """

    service: str
    action: DueAction
    stopped: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run worked out and not yet begun.

    *stopped*: services that an administrator has stopped. *back_to*: the generation that it goes back to.
    *unfinished*: an earlier run has not come to its end.
    *temporary*: it is to be undone at once, so it is neither remembered nor kept as a generation.
    *rendered*: its Resources were not remembered.
    """

    configuration: Configuration
    resources: tuple[Resource, ...]
    ids: Ids
    plan: Plan
    due: tuple[Due, ...]
    stopped: tuple[str, ...] = ()
    back_to: int | None = None
    unfinished: bool = False
    temporary: bool = False
    rendered: bool = False

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        due = [due for due in self.due if not due.stopped]
        return bool(self.plan.changes or self.plan.obstacles or due or self.unfinished)


def prepare(configuration: Configuration, resources: tuple[Resource, ...] | None = None) -> Prepared:
    """Compare what should be (*resources*, or what is rendered) with what is. Reads only.

    Raises GlctlError where that may not be read.
    """
    host = configuration.host
    tree = Tree(host.root)
    try:
        anew = False
        if resources is None:
            resources = rendered.remembered(configuration, tree)
            anew = not resources
            resources = resources or configuration.resources()
        ids = accounts.lookup_ids(resources, host)
        places, actual, obstacles = observe(resources, tree)
        made = plan(places, actual, ids, host)
        made = replace(made, obstacles=(*obstacles, *made.obstacles))
        due = () if obstacles else tuple(_due(configuration, made, Applied(tree)))
        unfinished = not obstacles and Journal(tree).is_open
    except PermissionError as exc:
        raise GlctlError(
            f"This user may not read {exc.filename}.", "Run glctl as root, or as the user whose root it is."
        ) from exc
    stopped = tuple(_stopped(configuration))
    return Prepared(configuration, resources, ids, made, due, stopped, unfinished=unfinished, rendered=anew)


def observe(
    resources: Sequence[Resource], tree: Tree
) -> tuple[list[Resource], dict[str, Actual], list[Problem]]:
    """What is at the path of each Resource and may be beside them, and what is in the way.

    Where an administrator has moved a directory and left a link, what it leads to is that Resource's place.
    """
    places: list[Resource] = []
    actual: dict[str, Actual] = {}
    obstacles: dict[Problem, None] = {}  # each once: many paths may lead through one link
    for resource in resources:
        if isinstance(resource, Account):
            places.append(resource)
            continue
        try:
            place, there = _place(resource, tree)
            places.append(place)
            actual[place.path] = there
            if there.kind == "absent" and not isinstance(place, Absent):
                tree.missing_parents(place.path)
        except ObstacleError as exc:
            obstacles[exc.message, exc.hint] = None
    for directory, exact in _directories(places, tree).items():
        try:
            for name in tree.names(directory):
                if exact or name.endswith(TEMPORARY):
                    actual.setdefault(f"{directory}/{name}", tree.actual(f"{directory}/{name}"))
        except ObstacleError as exc:
            obstacles[exc.message, exc.hint] = None
    return places, actual, list(obstacles)


def _place(resource: Placed, tree: Tree) -> tuple[Placed, Actual]:
    """Where a Resource is to be, and what is there. Raises ObstacleError.

    An exact directory is not looked for behind a link: its files would be strays there.
    """
    there = tree.actual(resource.path)
    if there.kind != "symlink" or not isinstance(resource, Directory) or resource.exact:
        return resource, there
    try:
        destination = tree.destination(resource.path)
    except FileNotFoundError as exc:
        raise ObstacleError(
            f"{resource.path} is a symbolic link to {there.target}, which is not there.",
            "Mount or make that, or take the link away.",
        ) from exc
    except NotADirectoryError:
        return resource, there
    return replace(resource, path=destination), tree.actual(destination)


def _directories(resources: Sequence[Resource], tree: Tree) -> dict[str, bool]:
    """Every directory that glctl writes into, and whether it is exact."""
    own = [tree.root.relocate(directory) for directory in (STATE_DIR, APPLIED_DIR, GENERATIONS_DIR)]
    parents = [str(PurePosixPath(r.path).parent) for r in resources if not isinstance(r, Account | Directory)]
    exact = {r.path: True for r in resources if isinstance(r, Directory) and r.exact}
    return dict.fromkeys([*own, *parents], False) | exact


def _stopped(configuration: Configuration) -> Iterator[str]:
    """The enabled services that an administrator has stopped."""
    for service in SERVICES:
        directory = service.directory(configuration.host.root)
        if service.name in enabled_services(configuration.effective) and look(directory).want == "down":
            yield service.name


def _due(configuration: Configuration, made: Plan, applied: Applied) -> Iterator[Due]:
    """What each service is owed. On an Omnibus host nothing is recorded: there only what changes counts."""
    root = configuration.host.root
    enabled = enabled_services(configuration.effective)
    guarded = bool(enabled) and supervisor.find(root) is not None
    concerned = {notify.service for change in made.changes for notify in change.notifies}
    for service in SERVICES:
        if not configuration.host.platform.manages_services:
            if service.name in concerned & {*enabled}:
                yield Due(service.name, "restart")  # Chef does not reload
        elif service.name in enabled:
            for due in _due_to(service, look(service.directory(root)), made, applied, guarded):
                yield _as_it_can_be(due, service, configuration)
        elif service.is_enabled(root) or look(service.directory(root)).is_supervised:
            yield Due(service.name, "stop", because="gitlab.rb does not enable it")


def _due_to(service: Service, status: Status, made: Plan, applied: Applied, guarded: bool) -> Iterator[Due]:
    """What an enabled service is owed, and its log service, which has a record of its own.

    *guarded*: a runsvdir is there. A runsv goes on without, but nobody would start it again.
    """
    if not status.is_supervised:
        yield Due(service.name, "start", because="nothing runs it" if applied.digests(service.name) else "")
        return
    stopped = status.want == "down"
    action, because = _owed(service.name, made, applied)
    if not action and not stopped and not is_working(service, status):
        action, because = "restart", "it is down"
    if action:
        reloads = action == "reload" and service.reload and (status.is_up or stopped)
        yield Due(service.name, "reload" if reloads else "restart", stopped, because)
    log_action, because = _owed(f"{service.name}/log", made, applied)
    if log_action:
        yield Due(service.name, "restart log" if log_action == "restart" else "reload log", because=because)
    elif _has_fallen(look(service.directory(applied.tree.root) / "log")):
        yield Due(service.name, "restart log", because="it is down")
    if not guarded and not action:
        yield Due(service.name, "start", stopped, "its supervisor, runsvdir, does not run")


def _as_it_can_be(due: Due, service: Service, configuration: Configuration) -> Due:
    """*due*; a restart where a reload is not enough: nginx binds new addresses before it leaves old ones."""
    pid = look(service.directory(configuration.host.root)).pid
    if due.action != "reload" or due.stopped or pid is None:
        return due
    from glctl.services import ports

    pids = {pid, *children(pid)}
    for _, host, port in nginx_listeners(configuration.effective):
        if ports.keeps_from_rebinding(host, port, pids):
            because = f"it cannot listen on {host}:{port} beside what it listens on"
            return replace(due, action="restart", because=because)
    return due


def _has_fallen(log: Status) -> bool:
    """Whether a log service is down that is to be up: its service stands still when their pipe is full."""
    return log.is_supervised and not log.is_up and log.want != "down"


def _owed(name: str, made: Plan, applied: Applied) -> tuple[Action | None, str]:
    """What a service (``registry``, ``registry/log``) is owed, and why, where no Change calls for it.

    Told from its record, so that a killed run counts, and from what changes now: a file that somebody else
    changed may have been read meanwhile.
    """
    now = {n.action for change in made.changes for n in change.notifies if n.service == name}
    wanted, recorded = made.digests.get(name, {}), applied.digests(name)
    since = {action for action in wanted if wanted[action] != recorded.get(action)}
    actions: tuple[Action, ...] = ("restart", "reload")
    action = next((each for each in actions if each in now | since), None)
    return action, _why_owed(name, made, applied, shown=action in now) if action else ""


def _why_owed(name: str, made: Plan, applied: Applied, *, shown: bool) -> str:
    """What made a service owed something; *shown*: its Changes call for it."""
    pid = holder(applied.tree)
    if pid is not None and pid != os.getpid() and not applied.digests(name):
        return f"glctl is at work on it (pid {pid})"
    if name == REGISTRY.name and is_taken_away(made.changes):
        return INTERRUPTED
    return "" if shown else "an earlier run changed its files and ended before it was seen up"
