from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.doctor import watch
from glctl.doctor.watch import Seen
from glctl.services import runit
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable

START = 10_000.0  # the clock of these tests


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = START

    def time(self) -> float:
        return self.now

    monotonic = time

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[dict[str, Seen], float]]:
    """The services of a registry that goes through states at given seconds, and how long that was watched."""

    def seen(*states: tuple[float, Status]) -> tuple[dict[str, Seen], float]:
        clock = Clock()
        monkeypatch.setattr(watch, "time", clock)
        monkeypatch.setattr(runit, "time", clock)

        def look(directory: Path) -> Status:
            if directory.name == "nginx":
                return Status("run", pid=99, since=START - 600, want="up")
            passed = clock.now - START
            return [status for at, status in states if at <= passed][-1]

        monkeypatch.setattr(runit, "look", look)
        services = watch.watch({name: Path(name) for name in ("registry", "nginx")})
        return services, clock.now - START

    return seen


def up(pid: int, *, at: float = 0.0, terminating: bool = False) -> Status:
    return Status("run", pid=pid, since=START + at, want="up", terminating=terminating)


def down(want: str = "up", *, at: float = 0.0) -> Status:
    return Status("down", since=START + at, want=want)  # type: ignore[arg-type]  # one of two


@pytest.mark.parametrize("status", [up(1, at=-60), down("down", at=-1), Status("no supervisor")])
def test_settled_services_are_looked_at_once(
    seen: Callable[..., tuple[dict[str, Seen], float]], status: Status
) -> None:
    services, seconds = seen((0, status))
    assert list(services) == ["registry", "nginx"]
    assert services["registry"] == Seen(status, status)
    assert seconds == 0


@pytest.mark.parametrize(
    ("states", "looping", "seconds"),
    [
        ([(0, down())], True, 1.3),  # longer than runsv waits between two starts
        ([(0, down()), (0.9, up(2, at=0.9))], False, 2.2),  # it has come up, and stays
        ([(0, down()), (0.9, up(2, at=0.9)), (2.0, down(at=2.0))], True, 2.0),  # it took its time to fail
        ([(0, down()), (0.9, up(2, at=0.9)), (1.0, down(at=1.0))], True, 1.0),
        ([(0, Status("finish", since=START, want="up"))], True, 1.3),
        ([(0, up(1))], False, 1.3),
        ([(0, up(1, at=-2.9))], False, 0.1),  # it has grown old enough meanwhile
        ([(0, up(1)), (0.2, down(at=0.2))], True, 0.2),
        ([(0, up(1)), (0.2, up(2, at=0.2))], True, 0.2),
        ([(0, up(1)), (0.2, down("down", at=0.2))], False, 0.2),  # somebody stopped it meanwhile
        ([(0, up(1, terminating=True)), (0.2, up(2, at=0.2))], False, 1.3),  # … or restarts it
        ([(0, up(1)), (0.2, Status("no supervisor"))], False, 0.2),
    ],
)
def test_one_that_is_young_or_waits_is_looked_at_until_it_is_told(
    seen: Callable[..., tuple[dict[str, Seen], float]],
    states: list[tuple[float, Status]],
    looping: bool,
    seconds: float,
) -> None:
    services, watched = seen(*states)
    assert services["registry"].looping == looping
    assert services["registry"].first == states[0][1]
    assert watched == pytest.approx(seconds, abs=0.05)
