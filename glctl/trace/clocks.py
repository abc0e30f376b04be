"""Clocks, by the Date of answers: the client's own against its servers', and theirs against each other."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from statistics import median
from typing import TYPE_CHECKING

from glctl.findings.found import found
from glctl.trace.talk import address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from glctl.findings.model import Finding
    from glctl.trace.exchange import Exchange
    from glctl.trace.talk import Talk

_TOO_FAR = 60.0  # seconds; from there on the registry refuses tokens
_CUT_OFF = 0.5  # seconds that a Date is behind on average: whole ones only (RFC 9110, section 5.6.7)


def judge(talk: Talk) -> Iterator[Finding]:
    """Whose clock is off. Where all servers agree against the client it is the client's."""
    offsets = {host: median(values) for host, values in _offsets(talk).items()}
    off = {host: offset for host, offset in offsets.items() if abs(offset) > _TOO_FAR}
    if not off:
        return
    told = [f"{host}: {_in_words(offset)}" for host, offset in offsets.items()]
    if len(off) == len(offsets) and _agree(off):
        host, offset = next(iter(off.items()))
        certain = len(off) > 1
        yield found(
            "clock-skew",
            "this machine" if certain else host,
            f"This machine's clock is {_behind(offset)} its servers', by {abs(offset):.0f} s."
            if certain
            else f"The clocks of this machine and of {host} are {abs(offset):.0f} s apart.",
            evidence=told,
            severity="error" if certain else "warning",
        )
        return
    realms = {address(step.exchange)[0] for step in talk.steps if step.name == "get token"}
    stores = {address(step.exchange)[0] for step in talk.steps if step.in_storage}
    for host, offset in off.items():
        code = (
            "gitlab-clock-skew" if host in realms else "s3-clock-skewed" if host in stores else "clock-skew"
        )
        apart = f"The clock of {host} is {abs(offset):.0f} s {'ahead' if offset > 0 else 'behind'}."
        yield found(code, host, apart, evidence=told)


def server_time(exchange: Exchange) -> float | None:
    """The server's clock as it answered (Unix time); None where the answer does not tell it."""
    if exchange.status is None or exchange.header("age") not in ("", "0"):
        return None
    try:
        return parsedate_to_datetime(exchange.header("date")).timestamp() + _CUT_OFF
    except (ValueError, TypeError, OverflowError):
        return None


def _offsets(talk: Talk) -> Mapping[str, list[float]]:
    """By host: how far its clock is ahead of the client's, by each answer."""
    offsets: dict[str, list[float]] = {}
    for step in talk.steps:
        now = server_time(step.exchange)
        # Somewhere between question and answer it was written: one that took long tells nothing.
        if now is not None and step.exchange.seconds < _TOO_FAR / 2 and step.exchange.began:
            offset = now - (step.exchange.began + step.exchange.seconds / 2)
            offsets.setdefault(address(step.exchange)[0], []).append(offset)
    return offsets


def _agree(offsets: Mapping[str, float]) -> bool:
    return max(offsets.values()) - min(offsets.values()) < _TOO_FAR


def _behind(offset: float) -> str:
    return "behind" if offset > 0 else "ahead of"


def _in_words(offset: float) -> str:
    return f"{abs(offset):.0f} s {'ahead of' if offset > 0 else 'behind'} this machine"
