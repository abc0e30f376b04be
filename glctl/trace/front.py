"""Staying in front while others talk through the proxy: each exchange is told as it ends."""

from __future__ import annotations

import queue
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.trace.exchange import Conversation
from glctl.trace.privacy import masked
from glctl.trace.steps import steps
from glctl.trace.telling import letters, line

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.console import Console
    from glctl.trace.exchange import Exchange
    from glctl.trace.proxy import Recorder

_BEFORE = 100  # exchanges by which a next one is understood: where a redirect came from, say
_TICK = 0.5  # seconds


@dataclass
class Front:
    """What is shown meanwhile. :meth:`told` is called in the proxy's thread, :meth:`stay` in the main one."""

    console: Console
    with_secrets: bool = False
    _ended: queue.SimpleQueue[Exchange] = field(default_factory=queue.SimpleQueue)
    _last: deque[Exchange] = field(default_factory=lambda: deque(maxlen=_BEFORE))
    _clients: dict[str, str] = field(default_factory=dict)
    _away: set[str] = field(default_factory=set)

    def told(self, exchange: Exchange) -> None:
        """One more has ended."""
        self._ended.put(exchange)

    def stay(self, recorder: Recorder, seconds: float | None, note: Callable[[str], None]) -> None:
        """Show what comes until Ctrl-C, or for so long."""
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            while deadline is None or time.monotonic() < deadline:
                self._show_next(note, _TICK if deadline is None else min(_TICK, deadline - time.monotonic()))
                for client in tuple(recorder.turned_away - self._away):
                    self._away.add(client)
                    note(f"note: a client at {client} has not given the password, and was turned away.")
        except KeyboardInterrupt:
            note("")

    def _show_next(self, note: Callable[[str], None], patience: float) -> None:
        try:
            exchange = self._ended.get(timeout=max(patience, 0.0))
        except queue.Empty:
            return
        self._last.append(exchange)
        known = Conversation(tuple(self._last))
        step = steps(known if self.with_secrets else masked(known))[-1]
        name = self._clients.setdefault(exchange.client, letters(len(self._clients)))
        note(line(step, name, self.console))
