"""Staying in front while others talk through the proxy: each exchange is told as it ends."""

from __future__ import annotations

import math
import threading
import time
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
    _ended: list[Exchange] = field(default_factory=list)
    _shown: int = 0  # so many of them
    _more: threading.Event = field(default_factory=threading.Event)
    _clients: dict[str, str] = field(default_factory=dict)
    _away: set[str] = field(default_factory=set)

    def told(self, exchange: Exchange) -> None:
        """One more has ended."""
        self._ended.append(exchange)
        self._more.set()

    def stay(self, recorder: Recorder, seconds: float | None, note: Callable[[str], None]) -> None:
        """Show what comes until Ctrl-C, or for so long."""
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        try:
            while (left := deadline - time.monotonic()) > 0:
                self._more.wait(min(_TICK, left))
                self._more.clear()
                self._show(recorder, note)
        except KeyboardInterrupt:
            note("")
        recorder.settle()
        self._show(recorder, note)

    def _show(self, recorder: Recorder, note: Callable[[str], None]) -> None:
        """What is new; counted when it is shown, so that nothing is lost to a Ctrl-C."""
        while self._shown < len(self._ended):
            end = self._shown + 1
            known = Conversation(tuple(self._ended[max(0, end - _BEFORE) : end]))
            step = steps(known if self.with_secrets else masked(known))[-1]
            client = step.exchange.client
            name = self._clients.setdefault(client, letters(len(self._clients)))
            note(line(step, name, self.console))
            self._shown = end
        for client in recorder.turned_away - self._away:
            note(f"note: a client at {client} has not given the password, and was turned away.")
            self._away.add(client)
