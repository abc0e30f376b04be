import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from glctl.errors import UsageError
from glctl.logs.stretches import Window
from glctl.logs.times import moment, window_of

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-11-24T12:30:00Z"),
        ("10m", "2026-11-24T12:20:00Z"),
        ("90 s", "2026-11-24T12:28:30Z"),
        ("2h ago", "2026-11-24T10:30:00Z"),
        ("3d", "2026-11-21T12:30:00Z"),
        ("1w", "2026-11-17T12:30:00Z"),
        ("10:00", "2026-11-24T09:00:00Z"),  # local, which is an hour ahead of UTC
        ("13:45:30", "2026-11-23T12:45:30Z"),  # yet to come: yesterday's
        ("today", "2026-11-23T23:00:00Z"),
        ("yesterday", "2026-11-22T23:00:00Z"),
        ("yesterday 10:00", "2026-11-23T09:00:00Z"),
        ("2026-11-24", "2026-11-23T23:00:00Z"),
        ("2026-11-24 10:00", "2026-11-24T09:00:00Z"),
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
        ("2026-11-24T10:00:00.5+02:00", "2026-11-24T08:00:00.5Z"),
        ("2026-07-01 10:00", "2026-07-01T08:00:00Z"),  # summer time then
        ("2026-07-01T10:00:00+01:00", "2026-07-01T09:00:00Z"),
    ],
)
def test_a_time_is_understood(text: str, expected: str) -> None:
    assert moment(text, NOW.astimezone()) == datetime.fromisoformat(expected)


def test_a_day_before_the_clock_was_changed_has_its_own_zone() -> None:
    now = datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Berlin")).astimezone()
    assert moment("yesterday", now) == datetime(2026, 10, 23, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "10:61", "10 apples", "2026-13-01", "-5m", "9" * 30 + "m"]
)
def test_what_is_no_time_is_a_mistake(text: str) -> None:
    with pytest.raises(UsageError, match="not a time"):
        moment(text, NOW.astimezone())


def test_a_window_is_between_two_times() -> None:
    window = window_of("2026-11-24T10:00Z", "2026-11-24T11:00Z")
    assert window == Window(datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert window_of(None, None).is_open
    with pytest.raises(UsageError, match="--since is not before --until"):
        window_of("1h", "2h")
