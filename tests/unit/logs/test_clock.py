from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from glctl.logs import clock
from glctl.logs.clock import Minutes

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("minute", "shown"),
    [
        (b"2026-11-24_23:59", (b"2026-11-25 00:59", b" CET ")),
        (b"2026-07-01T23:59", (b"2026-07-02 01:59", b" CEST ")),
        (b"24/Nov/2026:23:59 -0130", (b"2026-11-25 02:29", b" CET ")),
        (b"2026-99-24_23:59", (b"2026-99-24_23:59", b" ")),
        (b"24/Nix/2026:23:59 -0130", (b"24/Nix/2026:23:59 -0130", b" ")),
    ],
)
def test_a_minute_is_shown_in_the_zone_of_its_day(minute: bytes, shown: tuple[bytes, bytes]) -> None:
    minutes = Minutes(BERLIN)
    assert minutes[minute] == minutes[minute] == shown


def test_nginx_s_own_times_are_local() -> None:
    now = datetime.now().astimezone()
    minutes = Minutes()
    assert minutes[f"{now:%Y/%m/%d %H:%M}".encode()][0] == f"{now:%Y-%m-%d %H:%M}".encode()


def test_any_time_is_shown_with_as_many_digits_as_it_has() -> None:
    minutes = Minutes(timezone(timedelta(hours=-2), "X"))
    time = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
    assert minutes.shown(time) == b"2026-11-23 23:02:03 X "
    assert minutes.shown(time.replace(microsecond=120_000)) == b"2026-11-23 23:02:03.12 X "


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_KEPT", 10)
    minutes = Minutes(UTC)
    for minute in range(60):
        assert minutes[f"2026-11-24_03:{minute:02}".encode()][0] == f"2026-11-24 03:{minute:02}".encode()
    assert len(minutes) <= 10
