from __future__ import annotations

import threading
import time

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.once import Once, once
from glctl.errors import GlctlError


class Counted(Once):
    """Something made slowly, and something else."""

    asked = 0
    error: Exception | None = None

    @once
    def slow(self) -> object:
        self.asked += 1
        time.sleep(0.05)
        if self.error:
            raise self.error
        return object()

    @once
    def quick(self) -> str:
        return "quick"


def ask_together(counted: Counted, times: int = 20) -> list[object]:
    """What threads that ask at the same time get, be it an error."""
    got: list[object] = []

    def ask() -> None:
        try:
            got.append(counted.slow())
        except Exception as error:  # noqa: BLE001 - whatever it is, all must get it
            got.append(error)

    threads = [threading.Thread(target=ask) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


@pytest.mark.parametrize("error", [None, GlctlError("No."), NotTriedError("No."), KeyError("bug")])
def test_it_is_made_once_whoever_asks(error: Exception | None) -> None:
    counted = Counted()
    counted.error = error
    got = ask_together(counted)
    assert len(got) == 20
    assert len(set(map(id, got))) == 1
    assert (got[0] is error) == (error is not None)
    assert counted.asked == 1
    ask_together(counted, 1)
    assert counted.asked == 1


def test_nothing_is_made_that_nobody_asks_for() -> None:
    counted = Counted()
    assert (counted.asked, counted._made) == (0, {})


def test_what_is_slow_does_not_hold_up_another() -> None:
    counted = Counted()
    thread = threading.Thread(target=counted.slow)
    thread.start()
    begun = time.monotonic()
    counted.quick()
    assert time.monotonic() - begun < 0.04
    thread.join()
