"""A steady client, which tells what a change costs those who use the registry meanwhile."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_THREADS = 4
_PACE = 0.02  # seconds between two requests of a thread
_SLOW = 0.1  # seconds; a request that takes longer counts as delayed
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it began, seconds until its answer, its status; 0 where it was refused."""

    begun: float
    seconds: float
    status: int

    @property
    def served(self) -> bool:
        """Whether the registry itself has answered."""
        return 0 < self.status < 500


@dataclass(slots=True)
class Tally:
    """What became of the requests of several runs. *gaps*: for each, the seconds in which none was served."""

    asked: list[Asked] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Its line of the table."""
        refused = sum(1 for each in self.asked if not each.status)
        failed = sum(1 for each in self.asked if each.status and not each.served)
        delayed = sum(1 for each in self.asked if each.served and each.seconds > _SLOW)
        gap = f"{statistics.median(self.gaps):.2f}" if any(self.gaps) else "–"
        return (
            f"| {name} | {len(self.gaps)} | {len(self.asked):,} | {refused} | {failed} | {delayed} | {gap} |"
        )

    @property
    def lost(self) -> int:
        """How many requests the registry has not answered."""
        return sum(1 for each in self.asked if not each.served)


HEADER = (
    "| change | runs | requests | refused | answered 5xx | slower than 0.1 s | unserved for (s) |\n"
    "|---|---:|---:|---:|---:|---:|---:|"
)


@contextmanager
def steady(port: int, tally: Tally) -> Iterator[None]:
    """Ask for ``/v2/`` about 200 times a second, on new connections, for as long as the context lasts."""
    asked: list[Asked] = []
    stop = threading.Event()
    threads = [threading.Thread(target=_ask_on, args=(port, asked, stop)) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.2)  # it is at work before the change begins, and after it
        yield
        time.sleep(0.2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    tally.asked += asked
    tally.gaps.append(_gap(asked))


def _ask_on(port: int, asked: list[Asked], stop: threading.Event) -> None:
    while not stop.wait(_PACE):
        asked.append(_ask(port))


def _ask(port: int) -> Asked:
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/v2/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return Asked(begun, time.monotonic() - begun, status)


def _gap(asked: list[Asked]) -> float:
    """Seconds from the beginning of the first request that was not served to the last such one's end."""
    lost = [each for each in asked if not each.served]
    return max(e.begun + e.seconds for e in lost) - min(e.begun for e in lost) if lost else 0.0
