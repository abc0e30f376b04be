import itertools
from typing import Any

import pytest

from glctl.converge import drain as draining
from glctl.converge.drain import drain
from glctl.converge.health import Probe

CUT = "the restart cuts what has not ended. --drain SECONDS waits."
PROBE = Probe("http://127.0.0.1:5000/v2/", "127.0.0.1", 5000)


@pytest.mark.parametrize(
    ("counts", "seconds", "left", "said"),
    [
        ([0], 5.0, 0, []),
        (
            [2],
            0.0,
            2,
            [f"2 requests to the registry under way; {CUT}"],
        ),
        (
            [1, 1, 0],
            5.0,
            0,
            ["1 request to the registry under way; waiting up to 5 s.", "All have ended."],
        ),
        (
            [3, 1],
            0.5,
            1,
            ["3 requests to the registry under way; waiting up to 0.5 s.", "1 request to the registry cut."],
        ),
    ],
)
def test_requests_are_announced_and_waited_for(
    monkeypatch: pytest.MonkeyPatch, counts: list[int], seconds: float, left: int, said: list[str]
) -> None:
    clock, seen = itertools.count(), itertools.chain(counts, itertools.repeat(counts[-1]))
    monkeypatch.setattr("time.monotonic", lambda: next(clock) / 10)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr(draining, "connections", lambda _port: next(seen))
    told: list[Any] = []
    assert drain(PROBE, seconds, told.append) == left
    assert told == said


def test_a_registry_that_is_not_known_to_serve_has_no_requests() -> None:
    assert drain(None, 5.0, lambda _: None) == 0
