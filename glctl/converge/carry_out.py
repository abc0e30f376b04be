"""Carrying out a run: files in place, services brought to them and seen up; else all as it was before."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.converge import apply, rendered
from glctl.converge.blame import blame
from glctl.converge.bring_up import Done, Goal, NotUpError, Options, bring_up, record
from glctl.converge.generations import Generations
from glctl.converge.health import probe_of
from glctl.converge.journal import Journal
from glctl.converge.plan import digests
from glctl.converge.roll_back import Attempt, roll_back
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.secret import mask_line
from glctl.services.catalog import REGISTRY, SERVICES
from glctl.services.runit import look
from glctl.services.supervisor import find, owner_problem
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.converge.generations import Generation
    from glctl.converge.prepare import Prepared
    from glctl.logs.recent import Words

_KILLED = "service-killed"  # the Code of the log rules
_SAID_WITHIN = 0.5  # seconds in which what has just ended comes to be in its log
_POLL = 0.02
_LEFT = (
    "The new files are in place, as --no-rollback asks. "
    "Mend gitlab.rb and run `glctl reconfigure` again: it finishes the rest, or goes back."
)


@dataclass(frozen=True, slots=True)
class Result:
    """A run carried out."""

    done: tuple[Done, ...] = ()


def carry_out(prepared: Prepared, tell: Callable[[str], None], options: Options | None = None) -> Result:
    """Make it so. The caller holds the lock. Raises GlctlError; what is then owed, the next run still does.

    *tell* is given one line before each step that takes time.
    """
    options = options or Options()
    tree = Tree(prepared.configuration.host.root)
    if problem := owner_problem(tree.root):
        raise GlctlError(*problem)
    attempt = _begin(prepared, tree)
    try:
        _put_in_place(prepared, tree)
        done = bring_up(attempt.goal, options, tell)
    except (GlctlError, OSError) as exc:
        failed = _explained(exc, prepared, attempt)
        if not options.roll_back:
            failed.hint = f"{failed.hint} {_LEFT}".strip()
            raise failed from exc
        raise roll_back(attempt, failed, tree, options, tell) from exc
    _conclude(prepared, attempt, tree)
    return Result(done)


def _begin(prepared: Prepared, tree: Tree) -> Attempt:
    """Note all that a roll-back needs to know, on disk what the next run needs to know, too."""
    applied = Applied(tree)
    running = {name: look(directory) for name, directory in _directories(prepared).items()}
    records, last = applied.records(), Generations(tree).last()
    try:
        before = Journal(tree).begin(prepared.plan.changes, _concerned(prepared), applied)
    except OSError as exc:
        raise _unwritten(exc, "Nothing was changed.") from exc
    config = f"{prepared.configuration.effective['registry.dir']}/config.yml"
    return Attempt(before, last, _goal(prepared, last), config, records, running)


def _put_in_place(prepared: Prepared, tree: Tree) -> None:
    """All files; before the first changes, what is recorded of the services they concern goes."""

    def forget() -> None:
        for name in _concerned(prepared):
            Applied(tree).forget(name)

    host = prepared.configuration.host
    apply.apply(prepared.plan.changes, prepared.resources, tree, host, when_staged=forget)


def _conclude(prepared: Prepared, attempt: Attempt, tree: Tree) -> None:
    """All is up, and is remembered so: what was rendered, each service, nothing to go back from."""
    try:
        if prepared.back_to is None and not prepared.temporary:  # else another glctl may have rendered it
            rendered.remember(prepared.configuration, prepared.resources, tree)
        if not (prepared.temporary or _unseen(prepared, attempt.last)):
            Generations(tree).keep(prepared.configuration, prepared.resources, prepared.back_to)
        record(attempt.goal, Applied(tree))
        Journal(tree).end()
    except OSError as exc:
        raise _unwritten(
            exc, "All is up. Mend that and run `glctl reconfigure` again to have it recorded."
        ) from exc


def _unseen(prepared: Prepared, last: Generation | None) -> bool:
    """Whether a stopped service has files that it was never seen up with: no generation yet. The first run
    after it was started keeps one.
    """
    seen = digests(last.resources) if last else {}
    return any(prepared.plan.digests.get(name) != seen.get(name) for name in prepared.stopped)


def _concerned(prepared: Prepared) -> tuple[str, ...]:
    """Whose files change, in the same order each time, as all that is written."""
    return tuple(sorted({notify.service for change in prepared.plan.changes for notify in change.notifies}))


def _directories(prepared: Prepared) -> dict[str, Path]:
    root = prepared.configuration.host.root
    services = {service.name: service.directory(root) for service in SERVICES}
    return services | {f"{name}/log": directory / "log" for name, directory in services.items()}


def _goal(prepared: Prepared, last: Generation | None) -> Goal:
    configuration = prepared.configuration
    enabled = enabled_services(configuration.effective)
    return Goal(
        root=configuration.host.root,
        runsvdir=configuration.host.platform.runsvdir,
        enabled=enabled,
        due=prepared.due,
        probes={s.name: probe_of(s, configuration.effective) for s in SERVICES if s.name in enabled},
        records=prepared.plan.digests,
        stopped=prepared.stopped,
        serving=probe_of(REGISTRY, last.effective) if last else None,
    )


def _explained(exc: GlctlError | OSError, prepared: Prepared, attempt: Attempt) -> GlctlError:
    """What failed, with the last words of the service that did, and the setting that most likely did it."""
    if isinstance(exc, OSError):
        return _unwritten(exc, "Mend that and run `glctl reconfigure` again.")
    if isinstance(exc, NotUpError):
        effective, last = prepared.configuration.effective, attempt.last
        words = _last_words(attempt.goal, exc)
        said = "".join(f"\n    {harmless(mask_line(line))}" for line in words.lines)
        exc.message += f"\n  Its last words:{said}" if said else ""
        exc.hint = blame(words, effective, last.effective if last else None, guess=not exc.fell)
        if words.code == _KILLED:
            exc.hint = "Was it the kernel, short of memory? See: journalctl -k --grep 'Killed process'"
        elif exc.fell and not words.code:
            exc.hint = "None of that tells why it ended: it may have been killed from outside. Try it again."
    return exc


def _unwritten(exc: OSError, hint: str) -> GlctlError:
    what = exc.filename or "A file"
    if exc.errno == errno.EPERM and exc.filename and not os.geteuid():
        hint += f" To see what forbids it: lsattr {exc.filename}"
    return GlctlError(f"{what} could not be written: {(exc.strerror or str(exc)).lower()}.", hint)


def _last_words(goal: Goal, failed: NotUpError) -> Words:
    """What a service has said since it was told something: what ended one before says nothing about this."""
    from glctl.logs.recent import Words, said_at_last

    service, deadline = failed.service, time.monotonic() + _SAID_WITHIN * failed.fell
    if not service.endswith("/log"):
        while True:
            words = said_at_last(goal.root, service, goal.touched.get(service, 0.0))
            if words.code or time.monotonic() >= deadline:
                return words
            time.sleep(_POLL)
    running = find(goal.root)  # a log service has no log of its own: runsvdir keeps what it says
    return Words((running.complaints,) if running and running.complaints else ())
