"""Going back: the files that were there before, and the services on them.

Only what is not certain to run on those files is restarted. No record is made before a service was seen up,
so that a roll-back that is killed is begun anew by the next run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glctl.converge import restore
from glctl.converge.bring_up import PAST, Done, Goal, NotUpError, StoppedError, bring_up, record
from glctl.converge.health import probe_of
from glctl.converge.journal import Journal
from glctl.converge.plan import digests
from glctl.converge.prepare import Due
from glctl.converge.pushes import accepted_since
from glctl.converge.state import Applied
from glctl.converge.trial_config import stores_in
from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR
from glctl.render.resources import File
from glctl.services import control
from glctl.services.catalog import REGISTRY, SERVICES
from glctl.services.runit import look
from glctl.services.usage import is_working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from glctl.converge.bring_up import Options
    from glctl.converge.generations import Generation
    from glctl.converge.health import Probe
    from glctl.converge.journal import Before
    from glctl.converge.tree import Actual, Tree
    from glctl.paths import Root
    from glctl.services.catalog import Service
    from glctl.services.runit import Status


_MEND = "Mend gitlab.rb and run `glctl reconfigure` again."


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run under way. *last*: the generation before it. *config*: the registry's config.yml.

    *records* and *running*: what services, log services too, had recorded and were when it began. *stopped*:
    services that somebody else has stopped by the time of the roll-back.
    """

    before: Before
    last: Generation | None
    goal: Goal
    config: str
    records: Mapping[str, Mapping[str, str]]
    running: Mapping[str, Status]
    stopped: tuple[str, ...] = ()

    def is_untouched(self, name: str, now: Status) -> bool:
        """Whether that service certainly still runs on the files from before."""
        then = self.running[name]
        same = (now.pid, now.since) == (then.pid, then.since)
        return bool(self.records[name]) and name not in self.goal.touched and same

    @property
    def known_good(self) -> Generation | None:
        """The last generation, if it is what services were last seen up with."""
        if self.last is None:
            return None
        made, seen = digests(self.last.resources), self.before.records
        return self.last if all(seen[name] == made.get(name) for name in seen if seen[name]) else None


class RolledBackError(GlctlError):
    """The run failed, and all is as it was before; *done*: what services had to hear of it. *service*: which
    did not come up, if that was it.
    """

    def __init__(self, message: str, hint: str, done: tuple[Done, ...] = (), service: str = "") -> None:
        super().__init__(message, hint)
        self.done = done
        self.service = service


def roll_back(
    attempt: Attempt, failed: GlctlError, tree: Tree, options: Options, tell: Callable[[str], None]
) -> GlctlError:
    """Undo *attempt*, which *failed*; returns the error that tells how it is now."""
    goal = attempt.goal
    attempt = replace(attempt, stopped=tuple(_stopped(goal)))
    try:
        _end_new(attempt, tree, options, tell)
        if not attempt.before.was_up:
            return _nothing_to_go_back_to(failed)
        if count := _accepted(attempt, tree, tell):
            return _stay(count, attempt, failed, tree)
        tell("Going back to the previous files.")
        restore.restore(_previous(attempt), tree)
        goal = _way_back(attempt, Applied(tree))
        done = bring_up(goal, options, tell)
        record(goal, Applied(tree))
        Journal(tree).end()
    except (GlctlError, OSError) as exc:
        return _not_back(attempt, failed, exc, tree)
    told = ", ".join(f"{each.service} {PAST[each.action]} ({each.seconds:.1f} s)" for each in done)
    back = f"The previous files are back; {told or 'no service had to hear of it'}."
    service = failed.service if isinstance(failed, NotUpError | StoppedError) else ""
    return RolledBackError(f"{failed.message}\n{back}", failed.hint or _MEND, done, service)


def _stopped(goal: Goal) -> Iterator[str]:
    """What somebody else has stopped, or taken down with its runsv, and is not started against their will."""
    ours = {due.service for due in goal.due if due.action == "stop"}
    for service in SERVICES:
        status = look(service.directory(goal.root))
        taken_down = service.name in goal.touched and not status.is_supervised
        if service.name not in ours and (status.want == "down" or taken_down):
            yield service.name


def _end_new(attempt: Attempt, tree: Tree, options: Options, tell: Callable[[str], None]) -> None:
    """End the services that were not enabled before: first their links, so that nobody starts them again."""
    links = tree.root.relocate(SERVICE_DIR) + "/"
    actual = attempt.before.actual
    new = {p: there for p, there in actual.items() if p.startswith(links) and there.kind == "absent"}
    restore.restore(new, tree)
    ended = [service for service in SERVICES if f"{links}{service.name}" in new]
    due = tuple(Due(s.name, "stop") for s in ended if look(s.directory(tree.root)).is_supervised)
    bring_up(replace(attempt.goal, enabled=(), due=due), options, tell)


def _accepted(attempt: Attempt, tree: Tree, tell: Callable[[str], None]) -> int:
    """How many pushes lie where the previous files would not find them. The registry takes no more then."""
    # Without a record, an unfinished run may have restarted it, and clients have pushed ever since.
    seen = attempt.records[REGISTRY.name]
    since = attempt.goal.touched.get(REGISTRY.name) if seen else attempt.before.begun
    old, new = attempt.before.actual.get(attempt.config), tree.actual(attempt.config)
    if since is None or old is None or stores_in(old.content) == stores_in(new.content):
        return 0
    tell("Stopping registry, to see whether it was given anything in its new storage.")
    directory = REGISTRY.directory(tree.root)
    if not control.act(directory, control.STOP).ok:
        raise NotUpError(REGISTRY.name, f"it does not stop ({look(directory)})")
    return accepted_since(tree.root, since)


def _stay(count: int, attempt: Attempt, failed: GlctlError, tree: Tree) -> GlctlError:
    """Accepted pushes are not taken back: that is the administrator's to decide."""
    if REGISTRY.name not in attempt.stopped:
        control.act(REGISTRY.directory(tree.root), control.START)
    if found := attempt.goal.records.get(REGISTRY.name):
        Applied(tree).record(REGISTRY.name, found)
    Journal(tree).end()
    writes = f"{count} writing request{'s were' if count > 1 else ' was'} accepted into the new storage"
    failed.message += f"\nThe new files stay: {writes} meanwhile, and going back would lose that."
    failed.hint = (
        "Mend gitlab.rb and run `glctl reconfigure` again. To go back all the same, put the previous storage "
        "into gitlab.rb again, run it, and have those images pushed once more."
    )
    return failed


def _nothing_to_go_back_to(failed: GlctlError) -> GlctlError:
    """A first run: its files stay to be looked at, and nothing starts over and over."""
    failed.message += "\nNothing ran here before, so there is nothing to go back to: no service is enabled."
    failed.hint = failed.hint or _MEND
    return failed


def _way_back(attempt: Attempt, applied: Applied) -> Goal:
    """What services are owed for the files from before to be what they run on."""
    root, before = attempt.goal.root, attempt.before
    enabled = tuple(service.name for service in SERVICES if service.is_enabled(root))
    for name, found in attempt.records.items():
        untouched = attempt.is_untouched(name, look(_directory(name, root)))
        if untouched and applied.digests(name) != found:
            applied.record(name, found)
    due = tuple(due for service in SERVICES for due in _owed(service, attempt, service.name in enabled))
    return Goal(
        root=root,
        runsvdir=attempt.goal.runsvdir,
        enabled=tuple(
            n for n in enabled if n not in attempt.stopped or look(_directory(n, root)).is_supervised
        ),
        due=due,
        probes=_probes(attempt, enabled),
        records=before.records,
        stopped=attempt.stopped,
    )


def _directory(name: str, root: Root) -> Path:
    """The service directory of ``registry``, ``registry/log``."""
    service, _, log = name.partition("/")
    return next(each for each in SERVICES if each.name == service).directory(root) / log


def _previous(attempt: Attempt) -> Mapping[str, Actual]:
    """What was there before the run; where somebody had edited it since, what services were seen up with."""
    actual = dict(attempt.before.actual)
    for resource in attempt.known_good.resources if attempt.known_good else ():
        if isinstance(resource, File) and (there := actual.get(resource.path)) and there.kind == "file":
            actual[resource.path] = replace(there, content=resource.content)
    return actual


def _probes(attempt: Attempt, enabled: tuple[str, ...]) -> dict[str, Probe | None]:
    if attempt.known_good is None:  # that they run, and stay, has to do
        return {}
    effective = attempt.known_good.effective
    return {each.name: probe_of(each, effective) for each in SERVICES if each.name in enabled}


def _owed(service: Service, attempt: Attempt, enabled: bool) -> Iterator[Due]:
    directory = service.directory(attempt.goal.root)
    status, log = look(directory), look(directory / "log")
    stopped = service.name in attempt.stopped
    if not enabled:
        return
    if not status.is_supervised:
        yield Due(service.name, "start", stopped)
        return
    if not attempt.is_untouched(service.name, status):
        reload = service.reload and is_working(service, status) and _same(attempt, service.name, "restart")
        yield Due(service.name, "reload" if reload else "restart", stopped)
    if not attempt.is_untouched(f"{service.name}/log", log):
        reload = log.is_up and _same(attempt, f"{service.name}/log", "restart")
        yield Due(service.name, "reload log" if reload else "restart log")


def _same(attempt: Attempt, name: str, action: str) -> bool:
    """Whether the files whose change calls for *action* were the same before."""
    return attempt.before.records.get(name, {}).get(action) == attempt.goal.records.get(name, {}).get(action)


def _not_back(attempt: Attempt, failed: GlctlError, exc: GlctlError | OSError, tree: Tree) -> GlctlError:
    """The roll-back failed, too: what is in which state."""
    reason = exc.message if isinstance(exc, GlctlError) else f"{exc.filename or 'a file'}: {exc.strerror}"
    lines = [f"{failed.message}", f"The way back failed as well: {reason}"]
    left = restore.differing(_previous(attempt), tree)
    lines += [f"  not as before: {path}" for path in left] or ["  all files are as before"]
    for service in SERVICES:
        status = look(service.directory(attempt.goal.root))
        lines.append(f"  {service.name}: {f'{status.state}: ' * status.is_supervised}{status}")
    return GlctlError(
        "\n".join(lines),
        "Mend that, then run `glctl reconfigure`: it tries gitlab.rb as it is then, else goes back again.",
    )
