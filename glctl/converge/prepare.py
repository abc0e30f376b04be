"""Working out a run: gitlab.rb → Resources → Plan, and what each service is owed. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from glctl.converge import accounts, rendered
from glctl.converge.plan import Plan, plan
from glctl.converge.state import Applied
from glctl.converge.tree import Actual, Tree
from glctl.render.resources import Account, Directory
from glctl.services.catalog import SERVICES
from glctl.services.runit import look
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.converge.desired import Configuration
    from glctl.render.resources import Action, Resource

DueAction = Literal["start", "restart", "reload", "stop", "restart log", "reload log"]


@dataclass(frozen=True, slots=True)
class Due:
    """What a service is owed. *stopped*: an administrator has stopped it, so it is left alone."""

    service: str
    action: DueAction
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run worked out and not yet begun."""

    configuration: Configuration
    resources: tuple[Resource, ...]
    plan: Plan
    due: tuple[Due, ...]

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.plan.changes or [due for due in self.due if not due.stopped])


def prepare(configuration: Configuration) -> Prepared:
    """Compare what should be with what is. Reads only. Raises GlctlError for what stands in the way."""
    host = configuration.host
    tree = Tree(host.root)
    resources = rendered.resources(configuration, tree)
    ids = accounts.lookup_ids(resources, host)
    made = plan(resources, observe(resources, tree), ids, host)
    due = tuple(_due(configuration, made, Applied(tree)))
    prepared = Prepared(configuration, resources, made, due)
    if prepared.changed:
        from glctl.converge.preflight import preflight

        starting = any(d.action in ("start", "restart", "reload") and not d.stopped for d in due)
        preflight(configuration, made, ids, starting=starting)
    return prepared


def observe(resources: Sequence[Resource], tree: Tree) -> dict[str, Actual]:
    """What is at the path of each Resource, and in exact directories."""
    actual: dict[str, Actual] = {}
    for resource in resources:
        if isinstance(resource, Account):
            continue
        actual[resource.path] = tree.actual(resource.path)
        if isinstance(resource, Directory) and resource.exact:
            for name in tree.names(resource.path):
                path = f"{resource.path}/{name}"
                actual[path] = tree.actual(path)
    return actual


def _due(configuration: Configuration, made: Plan, applied: Applied) -> list[Due]:
    """What each service is owed, told from its record and not from what changes now: a killed run counts."""
    root = configuration.host.root
    enabled = enabled_services(configuration.effective)
    due: list[Due] = []
    for service in SERVICES:
        status = look(service.directory(root))
        if service.name not in enabled:
            if service.is_enabled(root):
                due.append(Due(service.name, "stop"))
            continue
        if not status.is_supervised:
            due.append(Due(service.name, "start"))
            continue
        action = _owed(service.name, made, applied)
        stopped = status.want == "down"
        if action == "restart" or (not stopped and not status.is_up):
            due.append(Due(service.name, "restart", stopped))
        elif action == "reload":
            due.append(Due(service.name, "reload" if service.reload else "restart", stopped))
        log_action = _owed(f"{service.name}/log", made, applied)
        if log_action:
            due.append(Due(service.name, "restart log" if log_action == "restart" else "reload log"))
    return due


def _owed(name: str, made: Plan, applied: Applied) -> Action | None:
    """What a service (``registry``, ``registry/log``) is owed.

    Told from its record, so that a killed run counts, and from what changes now: a file that somebody else
    changed may have been read meanwhile.
    """
    wanted, recorded = made.digests.get(name, {}), applied.digests(name)
    called_for = {n.action for change in made.changes for n in change.notifies if n.service == name}
    actions: tuple[Action, ...] = ("restart", "reload")
    return next((a for a in actions if a in called_for or wanted.get(a) != recorded.get(a)), None)
