from __future__ import annotations

import time

import pytest

from glctl.doctor import wait
from glctl.doctor.wait import wait_until_well
from glctl.errors import GlctlError
from glctl.findings.found import found
from glctl.findings.report import Report

WELL = Report("registry", (), (), 1.0)
ILL = Report("registry", (found("service-down", "registry", "It is down."),), (), 1.0)
ABSENT = GlctlError("There is no registry here.")


class Looks:
    """Gives one result after the other, the last for ever; remembers what it was told."""

    def __init__(self, *results: Report | GlctlError) -> None:
        self.results = list(results)
        self.waiting: list[bool] = []
        self.told: list[tuple[Report | None, float]] = []

    def look(self, waiting: bool) -> Report:
        self.waiting.append(waiting)
        result = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(result, GlctlError):
            raise result
        return result

    def wait(self, seconds: float, *, logs_in: bool = False) -> Report:
        return wait_until_well(
            self.look,
            lambda report: report.ok,
            lambda report, left: self.told.append((report, left)),
            seconds,
            logs_in=logs_in,
        )


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "_PAUSE", 0.01)


def test_what_is_well_is_looked_at_once() -> None:
    looks = Looks(WELL)
    assert looks.wait(60) is WELL
    assert (looks.waiting, looks.told) == ([True], [])


def test_it_looks_again_until_all_is_well() -> None:
    looks = Looks(ABSENT, ILL, ILL, WELL)
    assert looks.wait(60) is WELL
    assert len(looks.waiting) == 4
    assert [report for report, _ in looks.told] == [None, ILL, ILL]
    assert all(0 < left <= 60 for _, left in looks.told)


def test_time_is_up() -> None:
    looks = Looks(ILL)
    begun = time.monotonic()
    assert looks.wait(0.05) is ILL
    assert time.monotonic() - begun < 5
    assert len(looks.waiting) >= 2


def test_no_time_at_all_is_one_look() -> None:
    looks = Looks(ILL)
    assert looks.wait(0) is ILL
    assert len(looks.waiting) == 1


def test_that_there_is_no_registry_is_an_error_in_the_end() -> None:
    with pytest.raises(GlctlError, match="no registry"):
        Looks(ABSENT).wait(0.03)


@pytest.mark.parametrize("results", [(WELL,), (ILL, ILL, WELL), (ILL,)], ids=["well", "later", "never"])
def test_whatever_happens_there_is_one_look_that_may_log_in_and_it_is_the_last(
    results: tuple[Report, ...],
) -> None:
    looks = Looks(*results)
    looks.wait(0.05, logs_in=True)
    assert looks.waiting[-1] is False
    assert looks.waiting.count(False) == 1
