"""A root with a gitlab.rb, and what converge makes of it. No service is started here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from glctl.converge import bring_up, carry_out, roll_back, watch
from glctl.converge.desired import Configuration, examine
from glctl.converge.tree import Tree
from glctl.logs import recent
from glctl.paths import CONFIG_FILE, Root
from glctl.services import control, supervisor
from glctl.services.control import Outcome, Verb
from glctl.services.runit import Status
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
QUIET = "logrotate['enable'] = false\n"  # what holds for one service more, test_prepare.py tells


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for nginx has the workers that the real one would have."""
    monkeypatch.setattr("glctl.services.usage.children", lambda _pid: (1,))


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "root").mkdir()
    return Root(tmp_path / "root")


@pytest.fixture
def tree(root: Root) -> Tree:
    return Tree(root)


@pytest.fixture
def configure(root: Root) -> Callable[..., Configuration]:
    """Makes the Configuration of a good gitlab.rb and some lines more."""

    def configure(*lines: str) -> Configuration:
        file = root.at(CONFIG_FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(GOOD + QUIET + "\n".join(lines))
        return examine(root, file, DEBIAN)

    return configure


@dataclass
class Runit:
    """Stands in for runsv: notes what services are told, in order with what glctl says and writes.

    *fails*: the services that do not come up, each time they are told something; *silent*: those that do not
    answer; *falls*: those that end while they are watched; *stuck*: those that do not end; *refuses*: whether
    the registry does not answer on what is on the disk then. *lives*: where each is in its states.
    """

    events: list[str] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    falls: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    lives: dict[str, Status] = field(default_factory=dict)
    refuses: Callable[[], bool] = lambda: False
    fault: str = "it ended 7 times within 7 s"
    watched: list[float] = field(default_factory=list)

    def status(self, directory: Path) -> Status:
        return self.lives.get(_name(directory), Status("run", pid=1, since=1.0, want="up"))

    def send(self, directory: Path, verb: Verb) -> Status:
        self.events.append(f"{verb.name} {_name(directory)}")
        before = self.status(directory)
        self.lives[_name(directory)] = Status("run", pid=(before.pid or 1) + 1, since=2.0, want="up")
        return before

    def come_up(self, directory: Path, _verb: Verb, _before: Status) -> str:
        return self._next(self.fails, _name(directory), self.fault)

    def answers(self, service: Any, _directory: Path, probe: Any, *, upstream_down: bool) -> str:
        self.events.append(f"ask {service.name}{' (registry is down)' if upstream_down else ''}")
        if service.name == "registry" and self.refuses():
            return f"{probe.url} answered 503"
        return self._next(self.silent, service.name, f"{probe.url} answered 503")

    def act(self, directory: Path, verb: Verb) -> Outcome:
        self.events.append(f"{verb.name} {_name(directory)}")
        failed = self._next([*self.fails, *self.stuck], _name(directory), "failed")
        if not failed and verb is control.EXIT:
            self.lives[_name(directory)] = Status("no supervisor")
        return Outcome(not failed, self.status(directory))

    def watch(self, directories: Mapping[str, Path], seconds: float) -> tuple[str, str] | None:
        self.watched.append(seconds)
        fallen = next((name for name in directories if self._next(self.falls, name, "it fell")), None)
        return (fallen, "ended within 2.0 s") if fallen else None

    @staticmethod
    def _next(failing: list[str], name: str, reason: str) -> str:
        if name not in failing:
            return ""
        failing.remove(name)
        return reason


def _name(directory: Path) -> str:
    return str(directory).partition("/sv/")[2]


@pytest.fixture
def runit(monkeypatch: pytest.MonkeyPatch) -> Runit:
    made = Runit()
    for module in (bring_up, carry_out, roll_back):
        monkeypatch.setattr(module, "look", made.status)
    for name in ("send", "act"):
        monkeypatch.setattr(control, name, getattr(made, name))
    monkeypatch.setattr(control, "reload", lambda _service, _directory: Verb("reload", b"h"))
    monkeypatch.setattr(bring_up, "end_orphans", lambda *_args: ())
    for name in ("come_up", "answers", "watch"):
        monkeypatch.setattr(watch, name, getattr(made, name))
    monkeypatch.setattr(supervisor, "ensure", lambda *_args: made.events.append("supervise"))
    monkeypatch.setattr(supervisor, "await_services", lambda *_args: None)
    words = recent.Words(("secretkey=hunter2", "\x1b[31mpanic"))
    monkeypatch.setattr(recent, "said_at_last", lambda _root, _service, _since: words)
    monkeypatch.setattr(carry_out, "_SAID_WITHIN", 0)
    return made
