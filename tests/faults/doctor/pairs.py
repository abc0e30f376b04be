"""Which faults are made two at once: as far as each would be found beside the other."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from glctl.doctor.targets import GROUPS
from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness import Outcome, Report

_SEED = 7
# Codes of a service that does not work: a second reason for that is not reached.
_DOWN = {"service-down", "service-crash-loop", "supervisor-missing", "registry-unreachable"}

# Checks that look at one answer, which is either this or that.
_ONE_ANSWER = {"proxy", "public", "realm", "login", "token", "token-proxy", "token-public"}
# Faults with which the registry runs on, and does not start again.
_NO_START = {"bundle not for registry"}
# Faults with which nothing is logged, so that others cannot wait for what the registry says when it ends.
_NO_LOG = {"log directory removed"}
# What only these two cannot do together, and why.
_HIDDEN = "what the one does is not reached beside the other"
_EXCLUDED = {
    frozenset({"database turned off", "database both marks"}): "both make the same file",
    frozenset({"address denied", "virtual host not included"}): _HIDDEN,
    frozenset({"nginx connections used up", "nginx conf damaged"}): _HIDDEN,
    frozenset({"denied", "two drivers"}): _HIDDEN,
    frozenset({"realm dead", "clock by date"}): "the one's clock is the other's realm",
    frozenset({"log disk full", "version missing"}): "the one has nothing logged, for which the other waits",
}


def independent(singles: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Pairs of the faults that were found alone, each in one of them where it can be in any.

    One that reconfigure makes comes first: it would put right what another has changed by hand. One that ends
    a service, or keeps it from starting again, comes last: the other may have to restart it.
    """
    found = _found(singles)
    random.Random(_SEED).shuffle(found)
    left = {each.names[0] for each in found}
    chosen = []
    for one, other in combinations(found, 2):
        both = {one.names[0], other.names[0]}
        if both <= left and not why_not(one, other):
            left -= both
            first, second = sorted((one, other), key=_turn)
            chosen.append((first.names[0], second.names[0]))
    return chosen


def why_not(one: Outcome, other: Outcome) -> str:
    """Why two faults are no pair; empty where they are."""
    if one.faults[0].stack != other.faults[0].stack:
        return "they are made on different stacks"
    if one.causes == other.causes:
        return "they have the same cause"
    if _follows(one, other) or _follows(other, one):
        return "one follows from the other"
    if _ends(one) and _ends(other):
        return "each keeps a service from working"
    if _groups(one) & _groups(other):
        return "they are of one group of checks, in which what is found first hides what would come next"
    if _seen_by(one) & _seen_by(other) & _ONE_ANSWER:
        return "one answer tells of one of them"
    if {one.names[0], other.names[0]} & _NO_START and (_restarts(one) or _restarts(other)):
        return "the registry could not be started again"
    if {one.names[0], other.names[0]} & _NO_LOG and (_ends(one) or _ends(other)):
        return "nothing would be logged of how the registry ends"
    if _hinders(one, other) or _hinders(other, one):
        return "what would find the one is not run because of the other"
    return _EXCLUDED.get(frozenset({one.names[0], other.names[0]}), "")


def excluded(singles: Sequence[Outcome]) -> Counter[str]:
    """How many pairs are not independent, by the reason."""
    return Counter(why for one, other in combinations(_found(singles), 2) if (why := why_not(one, other)))


def _found(singles: Sequence[Outcome]) -> list[Outcome]:
    return [each for each in singles if each.causes and not each.wrong and not each.skipped]


def _turn(outcome: Outcome) -> int:
    """When it is made: before or behind the other."""
    if "configured(" in outcome.faults[0].path.read_text():
        return 0
    return 3 if "configuration" in _seen_by(outcome) else 2 if _ends(outcome) else 1


def _restarts(outcome: Outcome) -> bool:
    """Whether the fault's file ends or restarts the registry."""
    text = outcome.faults[0].path.read_text()
    return _ends(outcome) or any(f"{way}(" in text for way in ("registry_runs_with", "configured"))


def _follows(one: Outcome, other: Outcome) -> bool:
    return other.causes[0] in set(_consequences(one.causes[0]))


def _consequences(code: str) -> Iterator[str]:
    """All Codes that follow from *code*, directly or not, or are told with it."""
    seen: set[str] = set()
    left = [code]
    while left:
        one = left.pop()
        following = {*CODES[one].explains, *(c for c in CODES if one.startswith(CODES[c].told_with))} - seen
        seen |= following
        left += following
    yield from seen


def _ends(outcome: Outcome) -> bool:
    return any(finding["code"] in _DOWN for finding in _report(outcome)["findings"])


def _hinders(one: Outcome, other: Outcome) -> bool:
    """Whether all checks that find the *other* are not run, or not tried, because of *one*."""
    not_run = {c["name"] for c in _report(one)["checks"] if c["outcome"] in ("not_run", "not_tried")}
    return _needed_by(other) <= not_run


def _needed_by(outcome: Outcome) -> set[str]:
    """The checks that find its cause; where only the logs tell it, those that had something logged."""
    seen = _seen_by(outcome)
    if seen != {"logs"}:
        return seen
    findings = _report(outcome)["findings"]
    return {f["check"] for f in findings if f["explained_by"] == outcome.causes[0]} or seen


def _seen_by(outcome: Outcome) -> set[str]:
    """The checks that find its cause."""
    findings = _report(outcome)["findings"]
    return {finding["check"] for finding in findings if finding["code"] == outcome.causes[0]}


def _groups(outcome: Outcome) -> set[str]:
    """The groups of these checks. The logs', which tell of all, and what is drift are no group here."""
    seen = _seen_by(outcome) - {"drift"}
    groups = GROUPS["registry"].items()
    return {name for name, checks in groups if name != "logs" and seen & {check.name for check in checks}}


def _report(outcome: Outcome) -> Report:
    assert outcome.with_write
    return outcome.with_write
