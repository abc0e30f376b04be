"""LogRules applied to lines: what was seen, how often, when first and when last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.logs.records import level_of, parse
from glctl.logs.rules import NOISE, RULES, words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from glctl.logs.records import LogRecord
    from glctl.logs.rules import LogRule, Severity

EXAMPLES = 3  # records kept of each kind: the latest


@dataclass(frozen=True, slots=True)
class LogMatch:
    """All lines that show one Code. *explanation* is the latest one's, *examples* the latest in order."""

    code: str
    severity: Severity
    explanation: str
    count: int
    first: datetime | None
    last: datetime | None
    examples: tuple[LogRecord, ...]


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
        candidates = [rule for rule in RULES if rule.needle in line]
        if not candidates and level_of(line) not in ("error", "fatal"):
            continue
        record = parse(line, service)
        if since and record.time and record.time < since:
            continue
        text = words(record)
        if explained := _explain(candidates, text):
            rule, explanation = explained
            matches[rule.code] = _added(matches.pop(rule.code, None), rule, explanation, record)
        elif record.level in ("error", "fatal") and not _is_noise(line, text):
            unexplained_count += 1
            unexplained = (*unexplained, record)[-EXAMPLES:]
    return ScanResult(tuple(matches.values()), unexplained_count, unexplained)


def _explain(rules: list[LogRule], text: str) -> tuple[LogRule, str] | None:
    for rule in rules:
        if match := re.search(rule.pattern, text, re.MULTILINE):
            return rule, rule.explanation.format(subject=match.groupdict().get("subject") or "unknown")
    return None


def _is_noise(line: bytes, text: str) -> bool:
    return any(rule.needle in line and re.search(rule.pattern, text, re.MULTILINE) for rule in NOISE)


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
