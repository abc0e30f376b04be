from __future__ import annotations

import itertools

from glctl.gitlabrb.trial import seconds_of


def test_work_within_limits_has_its_time() -> None:
    seconds = seconds_of(lambda: sum(range(1000)))
    assert seconds is not None
    assert seconds < 0.5


def test_work_that_fails_or_takes_too_much_has_none() -> None:
    assert seconds_of(lambda: 1 / 0) is None
    assert seconds_of(lambda: bytearray(10**9)) is None
    assert seconds_of(lambda: list(itertools.repeat(0))) is None


def test_nothing_of_it_reaches_this_process() -> None:
    items: list[int] = []
    assert seconds_of(lambda: items.append(1)) is not None
    assert items == []
