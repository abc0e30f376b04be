from __future__ import annotations

import time

from glctl.clients.bounded import within


def test_what_is_done_in_time() -> None:
    assert within(5, lambda: 17) == 17


def test_what_takes_too_long_is_left() -> None:
    begun = time.monotonic()
    assert within(0.05, lambda: time.sleep(2) or 17) is None
    assert time.monotonic() - begun < 1
