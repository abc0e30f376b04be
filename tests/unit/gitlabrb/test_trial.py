from __future__ import annotations

import itertools
import threading

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


def test_the_stacks_of_other_threads_do_not_count() -> None:
    over = threading.Event()
    threads = [threading.Thread(target=over.wait) for _ in range(60)]  # 8 MB each
    for thread in threads:
        thread.start()
    try:
        assert seconds_of(lambda: bytearray(50_000_000)) is not None
        assert seconds_of(lambda: bytearray(300_000_000)) is None
    finally:
        over.set()
        for thread in threads:
            thread.join()
