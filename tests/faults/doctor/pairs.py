"""Which faults are made two at once: as far as each would be found beside the other."""

from __future__ import annotations

import ast
import random
import re
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
# Codes of logs in which nothing stands: nobody can read, or wait for, what a service says of itself.
_NO_LOG = {"log-directory-missing", "log-directory-full", "log-file-lost", "log-service-down"}
# Codes with which nginx runs on, and neither starts nor reads its files again.
_NO_RELOAD = {"nginx-config-invalid", "certificate-key-mismatch"}
# Ways to break something that run reconfigure, and with it put back what was edited by hand.
_RECONFIGURING = re.compile(r"\b(?:configured|reconfigured_with|gitlab|database)\(")
# Ways to break what stands before nginx: what the one does to an answer, the other does not get to see.
_FRONT = re.compile(r"\bfront_\w+\(")
# What only these two cannot do together, and why.
_EXCLUDED = {
    frozenset({"database turned off", "database both marks"}): "both make the same file",
    frozenset(
        {"virtual host not included", "nginx port taken"}
    ): "nginx does not listen again before both are over",
}


def independent(singles: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Pairs of the faults that were found alone, each in one of them where it can be in any.

    One that reconfigure makes comes first: it would put right what another has changed by hand. One that ends
    a service, or keeps it from starting or reading its files again, comes last: the other may need that.
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
    if any(a[: len(b)] == b or b[: len(a)] == a for a in _sets(one) for b in _sets(other)):
        return "both change one setting"
    if all(_FRONT.search(each.faults[0].path.read_text()) for each in (one, other)):
        return "both change the one load balancer"
    if any("configuration" in _seen_by(a) and _sets(b) for a, b in ((one, other), (other, one))):
        return "the file with the one's setting cannot be read"
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
    if _is_not_logged(one, other) or _is_not_logged(other, one):
        return "nothing would be logged of the one"
    if _hinders(one, other) or _hinders(other, one):
        return "what would find the one is not run because of the other, or sees only that"
    return _EXCLUDED.get(frozenset({one.names[0], other.names[0]}), "")


def excluded(singles: Sequence[Outcome]) -> Counter[str]:
    """How many pairs are not independent, by the reason."""
    return Counter(why for one, other in combinations(_found(singles), 2) if (why := why_not(one, other)))


def _found(singles: Sequence[Outcome]) -> list[Outcome]:
    return [each for each in singles if each.causes and not each.wrong and not each.skipped]


def _turn(outcome: Outcome) -> int:
    """When it is made: before or behind the other."""
    if _RECONFIGURING.search(outcome.faults[0].path.read_text()):
        return 0
    # Behind some there may be no restart.
    if "configuration" in _seen_by(outcome) or outcome.causes[0] in _NO_RELOAD:
        return 3
    last = _ends(outcome) or outcome.causes[0] in _NO_LOG or outcome.names[0].endswith("not restarted")
    return 2 if last else 1


def _restarts(outcome: Outcome) -> bool:
    """Whether the fault's file ends or restarts the registry."""
    text = outcome.faults[0].path.read_text()
    return _ends(outcome) or "registry_runs_with(" in text or bool(_RECONFIGURING.search(text))


def _sets(outcome: Outcome) -> set[tuple[str, ...]]:
    """The settings of config.yml that the fault's file changes."""
    tree = ast.parse(outcome.faults[0].path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {path for call in calls if isinstance(call.func, ast.Name) for path in _set_by(call.func.id, call)}


def _set_by(way: str, call: ast.Call) -> Iterator[tuple[str, ...]]:
    if way == "setting":
        yield tuple(str(each.value) for each in call.args if isinstance(each, ast.Constant))
    elif way in ("s3_runs_with", "s3_set"):
        yield from (("storage", "s3", keyword.arg) for keyword in call.keywords if keyword.arg)
    elif way == "gitlab":
        yield "auth", "token", "realm"


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


def _is_not_logged(one: Outcome, other: Outcome) -> bool:
    """Whether *one* keeps from being logged what the *other* is told by, or waits for."""
    return one.causes[0] in _NO_LOG and (_ends(other) or _seen_by(other) == {"logs"})


def _hinders(one: Outcome, other: Outcome) -> bool:
    """Whether whatever finds the *other* is not run because of *one*, or told something else by then."""
    report = _report(one)
    taken = {c["name"] for c in report["checks"] if c["outcome"] in ("not_run", "not_tried")}
    taken |= {f["check"] for f in report["findings"] if f["severity"] != "info"} & _ONE_ANSWER
    return _needed_by(other) <= taken


def _needed_by(outcome: Outcome) -> set[str]:
    """The checks that find its cause. The logs tell only what came about: those that had it logged, there."""
    if seen := _seen_by(outcome) - {"logs"}:
        return seen
    findings = _report(outcome)["findings"]
    led_to = {f["check"] for f in findings if f["explained_by"] == outcome.causes[0]}
    return led_to - {"logs", "drift"} or {"logs"}


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
