from __future__ import annotations

import pytest

from glctl.trace.words import duration, size


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (301_176, "301 kB"),
        (2_500_000, "2.5 MB"),
        (2e9, "2.0 GB"),
    ],
)
def test_sizes(count: float, told: str) -> None:
    assert size(count) == told


@pytest.mark.parametrize(("seconds", "told"), [(0.0004, "0 ms"), (0.25, "250 ms"), (61.23, "61.2 s")])
def test_durations(seconds: float, told: str) -> None:
    assert duration(seconds) == told
