"""Times as an administrator types them: ``10m``, ``10:00``, ``yesterday``, RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from glctl.errors import UsageError
from glctl.logs.stretches import Window
from glctl.patterns import Pattern

_AGO = Pattern(r"(\d{1,9})\s*(s|sec|m|min|h|d|w)")
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_CLOCK = Pattern(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_DAYS = {"today": 0, "yesterday": 1}


def moment(text: str, now: datetime) -> datetime:
    """The time (UTC) that *text* means at *now*, which has a zone: the local one, that bare times are in.

    A clock time that is yet to come today was yesterday's. UsageError for anything that is no time.
    """
    written = text.strip()
    try:
        return _moment(written, now).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"not a time: {text!r}.",
            "write 10m, 2h, 3d (ago), 10:00, today, yesterday, 2026-11-24 or 2026-11-24T10:00:00Z",
        ) from None


def window_of(since: str | None, until: str | None) -> Window:
    """What ``--since`` and ``--until`` mean now. UsageError where nothing can lie between them."""
    now = datetime.now().astimezone()
    window = Window(*(None if text is None else moment(text, now) for text in (since, until)))
    if window.since and window.until and window.since >= window.until:
        raise UsageError("--since is not before --until: no line can be between them.", "Swap them.")
    return window


def _moment(text: str, now: datetime) -> datetime:
    """A time with its zone, or a local one without: in summer the zone is another than in winter."""
    if text == "now":
        return now
    if ago := _AGO.fullmatch(text.removesuffix("ago").strip()):
        return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
    local = now.astimezone().replace(tzinfo=None)
    day, _, clock = text.partition(" ")
    if day in _DAYS:
        return _at(local - timedelta(days=_DAYS[day]), clock or "0:00")
    if _CLOCK.fullmatch(text):
        today = _at(local, text)
        return today if today <= local else today - timedelta(days=1)
    return datetime.fromisoformat(text)


def _at(day: datetime, clock: str) -> datetime:
    match = _CLOCK.fullmatch(clock)
    if not match:
        raise ValueError(clock)
    hour, minute, second = (int(part or 0) for part in match.groups())
    return day.replace(hour=hour, minute=minute, second=second, microsecond=0)
