"""With services in place of runit (conftest.py); what a run makes of it is test_carry_out.py's."""

import time
from dataclasses import replace
from typing import Any

import pytest

from glctl.converge import drain
from glctl.converge.bring_up import Done, Goal, NotUpError, Options, StoppedError, bring_up
from glctl.converge.prepare import Due
from glctl.paths import Root
from glctl.services.runit import Status
from glctl.settings.platform import DEBIAN

QUIET = Options(watch=0)


@pytest.fixture
def goal(root: Root) -> Goal:
    dues = (Due("nginx", "stop"), Due("registry", "restart"), Due("registry", "reload log"))
    return Goal(root, DEBIAN.runsvdir, ("registry",), dues, probes={}, records={})


def test_all_are_told_before_the_first_is_waited_for_and_what_stops_comes_first(
    goal: Goal, runit: Any
) -> None:
    done = bring_up(goal, QUIET, lambda _: None)
    assert [(each.service, each.action) for each in done] == [
        ("nginx", "stop"),
        ("registry", "restart"),
        ("registry", "reload log"),
    ]
    assert runit.events == ["exit nginx", "supervise", "restart registry", "hup registry/log"]
    assert {*goal.touched} == {"nginx", "nginx/log", "registry", "registry/log"}
    assert runit.watched == []


def test_what_was_told_something_is_known_also_when_it_fails(goal: Goal, runit: Any) -> None:
    runit.fails = ["registry"]
    with pytest.raises(NotUpError) as failed:
        bring_up(goal, QUIET, lambda _: None)
    assert (failed.value.service, failed.value.reason) == ("registry", "it ended 7 times within 7 s")
    assert "registry" in goal.touched


@pytest.mark.parametrize(
    "now", [Status("run", pid=2, want="down", terminating=True), Status("no supervisor")]
)
@pytest.mark.parametrize("failing", ["fails", "falls"])
def test_what_somebody_else_has_stopped_is_not_taken_for_a_failure(
    goal: Goal, runit: Any, monkeypatch: pytest.MonkeyPatch, now: Status, failing: str
) -> None:
    setattr(runit, failing, ["registry"])
    monkeypatch.setattr(runit, "status", lambda _directory: now)
    monkeypatch.setattr("glctl.converge.bring_up.look", runit.status)
    with pytest.raises(StoppedError, match="registry was stopped by somebody else") as failed:
        bring_up(replace(goal, due=(Due("registry", "restart"),)), Options(), lambda _: None)
    assert "glctl start registry" in failed.value.hint


def test_where_nothing_was_told_nothing_is_watched(goal: Goal, runit: Any) -> None:
    begun = time.monotonic()
    bring_up(replace(goal, due=()), Options(watch=60), lambda _: None)
    assert time.monotonic() - begun < 30
    assert runit.watched == []


def test_a_start_is_watched_with_its_log(goal: Goal, runit: Any) -> None:
    runit.falls = ["registry/log"]
    with pytest.raises(NotUpError) as failed:
        bring_up(replace(goal, due=(Due("registry", "start"),)), Options(), lambda _: None)
    assert failed.value.message.startswith("registry/log came up, and ended")


@pytest.mark.parametrize(("action", "drained"), [("restart", 1), ("start", 0), ("restart log", 0)])
def test_only_before_a_restart_of_the_registry_requests_are_waited_for(
    goal: Goal, runit: Any, monkeypatch: pytest.MonkeyPatch, action: Any, drained: int
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(drain, "drain", lambda *args: asked.append(args))
    bring_up(replace(goal, due=(Due("registry", action),)), Options(0, drain=4.0), lambda _: None)
    assert len(asked) == drained
    assert not drained or asked[0][1] == 4.0


def test_seconds_of_a_start_count_from_the_supervisor(
    goal: Goal, runit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    due = (Due("registry", "start"), Due("nginx", "start"), Due("nginx", "reload"))
    assert bring_up(replace(goal, due=due), QUIET, lambda _: None) == (
        Done("registry", "start", 2.0),
        Done("nginx", "start", 3.0),
        Done("nginx", "reload", 3.0),
    )
