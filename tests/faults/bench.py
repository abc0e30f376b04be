"""Tries a scenario at its points: a root as before, the disturbed run, a look, the next run, a look."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import tracer
from points import At, Listing, Points
from roots import ENV, ENVIRONMENT, GLCTL, PATIENT, Installation, installation
from scenarios import configuration, make_garbage
from state import DOWN, State, files, made_file, running, take, torn

from glctl.converge.read_only import READ_ONLY, VARIABLE
from glctl.paths import SV_DIR, Root
from glctl.services import supervisor, teardown
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios import Scenario
    from tracer import Disturbance, Ended

DISTURBANCES: tuple[Disturbance, ...] = (tracer.KILL, "ENOSPC", "EIO", "EROFS", "EACCES")
HELD, NOT_REACHED, FAULTY = "held", "not reached", "did not hold"
_TRIES = 3  # until a point is reached: how often a service is looked at depends on how quick it is


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one disturbance at one point; *why* it did not hold, a line each.

    *sources*: a digest of the glctl that was disturbed.
    """

    scenario: str
    point: str
    disturbance: Disturbance
    outcome: str
    why: tuple[str, ...] = ()
    sources: str = ""


class Bench:
    """One scenario in one root."""

    def __init__(self, scenario: Scenario, made: Installation) -> None:
        self.scenario = scenario
        self.made = made
        place = made.path.parent
        self._base, self._temporary, self._output = place / "base", place / "tmp", place / "output"
        self._temporary.mkdir()
        self._prepare()

    # --- what is expected

    @cached_property
    def _listed(self) -> tuple[State, State, tuple[str, ...]]:
        """Before and after an undisturbed run, and its points."""
        self._reset()
        before = take(self.made, self._temporary)
        listing = Listing(self._points())
        ended = self._trace(listing)
        assert ended.code == self._code, self._said()
        return before, take(self.made, self._temporary), tuple(listing.found)

    @property
    def points(self) -> tuple[str, ...]:
        """All points of an undisturbed run, in their order."""
        return self._listed[2]

    @cached_property
    def _allowed(self) -> tuple[State, ...]:
        """What there may be at any time, file by file and service by service."""
        before, after, _ = self._listed
        if self.scenario.comes_up and not self.scenario.garbage:
            return before, after
        if self.scenario.garbage:
            return before, after, self._halfway()
        self._reset()
        self._run(*self.scenario.command, "--no-rollback")
        return before, after, take(self.made, self._temporary)

    def _halfway(self) -> State:
        """While garbage is collected."""
        before = self._listed[0]
        running = {**before.running, "registry": f"{before.running['registry']} read-only"}
        variable = {f"{ENV}/{VARIABLE}": made_file(READ_ONLY, 0o644)}
        return State({**before.files, **variable}, running, before.processes, ())

    @property
    def _code(self) -> int:
        return 0 if self.scenario.comes_up else 1

    # --- a try

    def attempt(self, point: str, disturbance: Disturbance) -> Result:
        """Disturb a run at *point*, look, run again, look."""
        about = self.scenario.name, point, disturbance
        allowed = self._allowed
        for _ in range(_TRIES):
            self._reset()
            ended = self._trace(At(self._points(), point, disturbance))
            if ended.disturbed:
                break
        if not ended.disturbed:
            return Result(*about, NOT_REACHED)
        why = [*self._faults_of_run(ended, disturbance, point), *self._faults_between(allowed)]
        for command in self.scenario.again:
            code = self._run(*command)
            if code != self._code or _is_bug(self._said()):
                why.append(f"the next run ended with {code}: {_complaint(self._said())}")
        after = self._listed[1]
        if left := take(self.made, self._temporary, after.processes).differences(after):
            why += [*(f"then {line}" for line in left), f"it said: {_complaint(self._said())}"]
        return Result(*about, FAULTY if why else HELD, tuple(why))

    def _faults_of_run(self, ended: Ended, disturbance: Disturbance, point: str) -> Iterator[str]:
        said = self._said()
        if _is_bug(said):
            yield f"it said: {said[-300:]}"
        if disturbance == tracer.KILL and ended.code == -signal.SIGKILL:
            return
        if ended.code not in (0, 1):
            yield f"it ended with {ended.code}"
        elif ended.code == 1 and "glctl: " not in said and "stderr" not in point:
            yield f"it ended with 1 and said: {_complaint(said)}"
        elif ended.code == 0:
            now, after = take(self.made, self._temporary, self._listed[1].processes), self._listed[1]
            yield from (f"all was said to be well, but {line}" for line in now.differences(after))

    def _faults_between(self, states: Sequence[State]) -> Iterator[str]:
        """Right after the disturbed run: files and running services are old or new, each whole."""
        yield from torn(files(self.made.path), [each.files for each in states])
        allowed = {name: {each.running[name] for each in states} for name in ("registry", "nginx")}
        for name, found in running(self.made, lambda name, found: found in allowed[name]).items():
            if found not in allowed[name]:
                yield f"{name} runs on {found}, not on one of {sorted(allowed[name])}"

    # --- the root

    def _points(self) -> Points:
        return Points(self.made.path, self._temporary)

    def _trace(self, way: Listing | At) -> Ended:
        """The scenario's command, traced."""
        return tracer.run(self._command(self.scenario.command), self._environment, self._output, way.decide)

    def _run(self, *command: str) -> int:
        """Any command; returns its exit code."""
        with self._output.open("wb") as output:
            done = subprocess.run(
                self._command(command),
                env=self._environment,
                cwd="/",
                stdout=output,
                stderr=output,
                timeout=PATIENT,
                check=False,
            )
        return done.returncode

    def _command(self, command: Sequence[str]) -> list[str]:
        return [*GLCTL, "--root", str(self.made.path), *command]

    @property
    def _environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, "TMPDIR": str(self._temporary), "PYTHONDONTWRITEBYTECODE": "1"}

    def _said(self) -> str:
        return self._output.read_text(errors="replace")

    def _prepare(self) -> None:
        made = self.made
        for names in self.scenario.before:
            made.reconfigure(*configuration(made, *names))
        if self.scenario.garbage:
            account = pwd.getpwnam("nobody")
            make_garbage(made, (account.pw_uid, account.pw_gid))
        made.end()
        for directory in [*made.at(SV_DIR).rglob("supervise")]:
            shutil.rmtree(directory)
        made.write(*self.scenario.lines(made))
        subprocess.run(["cp", "-a", made.path, self._base], check=True)

    def _reset(self) -> None:
        """The root as it was before, its services running."""
        self.clear()
        for folder in (self.made.path, self._temporary):
            shutil.rmtree(folder)
        subprocess.run(["cp", "-a", self._base, self.made.path], check=True)
        self._temporary.mkdir()
        if self.scenario.before:
            supervisor.ensure(Root(self.made.path), DEBIAN.runsvdir)
            found = running(self.made)
            assert DOWN not in found.values(), found

    def clear(self) -> None:
        """End all that runs in the root at once: the next try needs its ports.

        svlogd last: a worker that nginx starts while it is killed is known by the pipe between the two.
        """
        while left := teardown.members(Root(self.made.path)):
            others = [process for process in left if process.name != "svlogd"]
            for process in sorted(others or left, key=lambda process: process.name != "runsvdir"):
                process.send(signal.SIGKILL)
            for process in left:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(process.pid, os.WNOHANG)
            time.sleep(0.01)


@contextlib.contextmanager
def bench(scenario: Scenario) -> Iterator[Bench]:
    """A bench for *scenario*, removed when left."""
    with installation(place=_in_memory()) as made:
        working = Bench(scenario, made)
        try:
            yield working
        finally:
            working.clear()


def _in_memory() -> Path | None:
    """A file system in memory that services may be run from, if there is one: it is far quicker."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and not os.statvfs(memory).f_flag & os.ST_NOEXEC else None


def _complaint(said: str) -> str:
    """The error in what was said, which may stand before a diff; else the end of it."""
    return said[max(said.rfind("glctl: "), 0) :][:300] if "glctl: " in said else said[-300:]


def _is_bug(said: str) -> bool:
    return "Traceback" in said or "this is a bug" in said
