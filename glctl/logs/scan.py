"""LogRules applied to lines: what was seen, how often, when first and when last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.logs.explain import explain, may_tell
from glctl.logs.records import level_of, parse
from glctl.logs.sources import RAILS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from glctl.logs.records import LogRecord
    from glctl.logs.rules import LogRule, Severity

EXAMPLES = 3  # records kept of each kind: the latest


@dataclass(frozen=True, slots=True)
class LogMatch:
    """All lines that show one Code. *explanation* is the latest one's, *examples* the latest in order.

    *ended*: when the service began anew, and has not shown it since.
    """

    code: str
    severity: Severity
    explanation: str
    count: int
    first: datetime | None
    last: datetime | None
    examples: tuple[LogRecord, ...]
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScanResult:
    """*matches* in the order of their latest lines, and the errors that no rule explains."""

    matches: tuple[LogMatch, ...]
    unexplained_count: int
    unexplained: tuple[LogRecord, ...]  # the latest, in order


def scan(lines: Iterable[bytes], service: str, since: datetime | None = None) -> ScanResult:
    """Apply the rules to *lines* of *service* (each without its newline), from *since* on.

    A line whose time nothing tells, such as one of a panic without svlogd's stamp, always counts.
    """
    matches: dict[str, LogMatch] = {}
    unexplained: tuple[LogRecord, ...] = ()
    unexplained_count = 0
    for line in lines:
        if service != RAILS and level_of(line) not in ("error", "fatal") and not may_tell(line):
            continue
        record = parse(line, service)
        if since and record.time and record.time < since:
            continue
        explained = explain(record)
        if explained and (rule := explained.rule):
            matches[rule.code] = _added(matches.pop(rule.code, None), rule, explained.explanation, record)
        elif not explained and record.level in ("error", "fatal"):
            unexplained_count += 1
            unexplained = (*unexplained, record)[-EXAMPLES:]
    return ScanResult(tuple(matches.values()), unexplained_count, unexplained)


def _added(before: LogMatch | None, rule: LogRule, explanation: str, record: LogRecord) -> LogMatch:
    return LogMatch(
        rule.code,
        rule.severity,
        explanation,
        count=before.count + 1 if before else 1,
        first=before.first or record.time if before else record.time,
        last=record.time or before.last if before else record.time,
        examples=(*(before.examples if before else ()), record)[-EXAMPLES:],
    )
