"""The stamps of log lines as times of one zone: a minute is converted once, its lines only look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.logs.records import time_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

_KEPT = 10_000  # minutes; a week has as many


class Minutes(dict[bytes, tuple[bytes, bytes]]):
    """A minute as it stands in a line → that minute in *zone* (None: local), and the zone's name.

    It is written ``2026-11-24_03:59`` or ``2026-11-24T03:59`` (UTC: svlogd, the registry),
    ``2026/11/24 03:59`` (local: nginx) or ``24/Nov/2026:03:59 +0000`` (access lines).
    """

    def __init__(self, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, minute: bytes) -> tuple[bytes, bytes]:
        if len(self) >= _KEPT:
            self.clear()
        if minute[2:3] == b"/":
            line = b'- - - [%b:00 %b] "" 200 ' % (minute[:17], minute[18:])
        else:
            line = minute + (b":00 " if minute[4:5] == b"/" else b":00.0 ")
        time = time_of(line)
        self[minute] = self._shown(time) if time else (minute, b" ")
        return self[minute]

    def _shown(self, time: datetime) -> tuple[bytes, bytes]:
        local = time.astimezone(self._zone)
        return f"{local:%Y-%m-%d %H:%M}".encode(), f" {local:%Z} ".encode()

    def shown(self, time: datetime) -> bytes:
        """Any *time* with its seconds and the name of the zone; a space follows."""
        minute, zone = self._shown(time)
        fraction = f".{time:%f}".rstrip("0") if time.microsecond else ""
        return minute + f":{time:%S}{fraction}".encode() + zone
