"""The time by an HTTP server's Date header: coarse, but to be had where UDP is closed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.clients.http import Client, Exchange

_RESOLUTION = 1.0  # seconds; Date is cut off to whole ones (RFC 9110, section 5.6.7)


@dataclass(frozen=True, slots=True)
class DateAnswer:
    """What one server's Date says; times in seconds.

    *own*: this very machine may have made it, so that agreeing with its clock proves nothing.
    """

    server: str  # in words: whose
    offset: float  # server minus this machine: positive where this machine is behind
    root_distance: float  # the most by which offset can be wrong, if the server's clock is right
    own: bool = False


def ask(client: Client, url: str, server: str, *, own: bool = False) -> DateAnswer | str:
    """The Date of the answer to one HEAD request, whatever its status; else why there is none, in words."""
    sent = time.time()
    return judge(client.request("HEAD", url), sent, server, own=own)


def judge(exchange: Exchange, sent: float, server: str, *, own: bool = False) -> DateAnswer | str:
    """What *exchange*, begun at *sent* (Unix time of this machine), says of the time."""
    from email.utils import parsedate_to_datetime

    if exchange.status is None:
        return f"{server}: {exchange.failure.message if exchange.failure else 'no answer'}"
    if exchange.header("age") not in ("", "0"):
        return f"{server}: its answer comes from a cache"
    try:
        date = parsedate_to_datetime(exchange.header("date"))
    except ValueError:
        return f"{server}: its answer has no Date"
    # The server cut a fraction off, and wrote its Date somewhere between our sending and receiving.
    told = date.replace(tzinfo=date.tzinfo or UTC).timestamp() + _RESOLUTION / 2
    middle = sent + exchange.seconds / 2
    return DateAnswer(server, told - middle, (_RESOLUTION + exchange.seconds) / 2, own)
