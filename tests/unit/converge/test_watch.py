"""Seeing services come up and stay up, with a status that changes as a test says."""

from pathlib import Path
from typing import Any

import pytest

from glctl.converge import health, watch
from glctl.converge.health import Probe
from glctl.services import control
from glctl.services.catalog import REGISTRY
from glctl.services.control import Outcome, Verb
from glctl.services.runit import Status

HERE = Path("/sv/registry")
PROBE = Probe("http://127.0.0.1:5000/v2/", "127.0.0.1", 5000)


def up(pid: int) -> Status:
    return Status("run", pid=pid, since=float(pid), want="up")


DOWN = Status("down", want="up")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Status]:
    """What is seen of a service, one look after the other, the last for ever; time passes with each."""
    statuses: list[Status] = []
    clock = iter(range(1000))

    def look(_directory: Path) -> Status:
        return statuses.pop(0) if len(statuses) > 1 else statuses[0]

    monkeypatch.setattr(watch, "look", look)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr("time.monotonic", lambda: next(clock) / 10)
    return statuses


@pytest.mark.parametrize(
    ("verb", "outcome", "said"),
    [
        ("restart", Outcome(True, up(1)), ""),
        ("restart", Outcome(False, DOWN, 7.0, 7), "it ended 7 times within 7 s"),
        ("restart", Outcome(False, DOWN, 7.0, 1), "after 7 s its state is down: "),
        (
            "reload",
            Outcome(False, up(1), 7.0),
            "its workers are still the old ones, it does not accept its configuration",
        ),
    ],
)
def test_why_it_has_not_come_up(
    monkeypatch: pytest.MonkeyPatch, verb: str, outcome: Outcome, said: str
) -> None:
    monkeypatch.setattr(control, "wait", lambda *_args, **_more: outcome)
    reason = watch.come_up(HERE, Verb(verb, b""), DOWN)
    assert reason.startswith(said)
    assert bool(reason) == bool(said)


def answering(monkeypatch: pytest.MonkeyPatch, *reasons: str) -> list[str]:
    left = list(reasons)

    def answer(_service: Any, _probe: Any, *, upstream_down: bool, given_up: Any) -> str:
        return given_up() or left.pop(0)

    monkeypatch.setattr(health, "await_answer", answer)
    return left


def test_an_answer_counts_from_one_that_was_there_before_and_is_after(
    monkeypatch: pytest.MonkeyPatch, seen: list[Status]
) -> None:
    left = answering(monkeypatch, "", "", "more")
    # Between the looks before and after the first answer there is that of the watch for a crash loop.
    seen += [up(1), up(1), up(2), up(2), up(2), up(2)]
    assert watch.answers(REGISTRY, HERE, PROBE) == ""
    assert left == ["more"]


def test_somebody_elses_answers_do_not_count_for_one_that_starts_over_and_over(
    monkeypatch: pytest.MonkeyPatch, seen: list[Status]
) -> None:
    answering(monkeypatch, *[""] * 20)
    seen += [up(pid) for pid in range(1, 40)]
    assert watch.answers(REGISTRY, HERE, PROBE).startswith("it ended 3 times within ")


def test_no_answer_is_told(monkeypatch: pytest.MonkeyPatch, seen: list[Status]) -> None:
    answering(monkeypatch, "answered 503")
    seen += [up(1)]
    assert watch.answers(REGISTRY, HERE, PROBE) == "answered 503"


def test_what_stays_up_is_watched_to_the_end(seen: list[Status]) -> None:
    seen += [up(1)]
    assert watch.watch({"registry": HERE}, 3.0) is None


@pytest.mark.parametrize("then", [DOWN, up(2), Status("finish", pid=3)])
def test_what_falls_is_named(seen: list[Status], then: Status) -> None:
    seen += [up(1), up(1), up(1), then]
    fallen = watch.watch({"registry": HERE}, 3.0)
    assert fallen
    assert fallen[0] == "registry"
    assert fallen[1].startswith("ended within 0.")
