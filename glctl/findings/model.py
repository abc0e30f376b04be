"""Code, Finding, CheckResult and Report: what a doctor can say and what it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]
Outcome = Literal["ok", "finding", "not_run", "not_tried"]
# Checks by what they look at: the name of each group, with the names of its checks.
Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the one catalogue of what can be wrong."""

    name: str  # stable: scripts match it
    meaning: str  # one sentence, what is wrong
    told_by: str  # how it is told for certain
    remedy: str  # the usual remedy; a Finding's own is narrower
    source: str  # the document or observed behaviour it comes from
    symptoms: tuple[str, ...] = ()  # what clients and logs show
    explains: tuple[str, ...] = ()  # Codes that follow from it: they stand under it in a Report
    # Beginnings of names: where one of these Codes is found, this is how that came about, and told with it.
    told_with: tuple[str, ...] = ()
    disproved_by: tuple[str, ...] = ()  # checks whose success shows that what a log says is over
    severity: Severity = "error"
    interrupts: bool = False  # the remedy stops a service or destroys something


@dataclass(frozen=True, slots=True)
class Finding:
    """A Code seen here. *subject* is what it was seen on (a service, path, URL, host).

    *fresh*: a log says it of what happened while the doctor looked.
    """

    code: str
    check: str
    subject: str
    severity: Severity
    summary: str
    cause: str = ""
    remedy: str = ""
    evidence: tuple[str, ...] = ()
    explained_by: str | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check ended. *because* gives the reason for ``not_run`` and ``not_tried``, or what was seen.

    *speaks*: where its group is well, what was seen stands for the whole group.
    """

    name: str
    outcome: Outcome
    because: str = ""
    duration_ms: float = 0.0
    speaks: bool = False
