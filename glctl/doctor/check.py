"""Check: what one look at the registry is, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glctl.doctor.facts import Facts
    from glctl.doctor.observed import Observed
    from glctl.findings.model import Finding

# What a check leaves behind: nothing ever, nothing once it is over, something small and fixed (--write).
Effect = Literal["none", "passing", "lasting"]


class NotTriedError(Exception):
    """Raised by a check that could not be tried; its text says why, in words for an administrator."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. *requires* names checks without whose success this one could only repeat their findings.

    *after* names those which it waits for, however they end: it sees what they bring about.
    *run* yields Findings; what it returns at the end is a note on what was seen, for the check's own line.
    *live*: it looks at what runs, and makes no sense with a gitlab.rb alone. *pointless* says why it makes no
    sense with what is observed; empty where it does. *speaks*: its note stands for the whole group where that
    is well. *computes*: it takes the processor rather than waits, and takes turns with its like. *timeout* is
    in seconds.
    """

    name: str
    about: str
    run: Callable[[Facts], Iterator[Finding]]
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    effect: Effect = "none"
    live: bool = True
    pointless: Callable[[Observed], str] | None = None
    speaks: bool = False
    computes: bool = False
    timeout: float = 10.0
