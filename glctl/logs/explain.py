"""What a rule makes of a record."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from glctl.logs.rules import NOISE, RULES, words
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from glctl.logs.records import LogRecord
    from glctl.logs.rules import LogRule, NoiseRule

# Texts whose explanation is kept, and the characters of each: services repeat themselves.
_LATELY = 4096
_SHORT = 1024


class Explained(NamedTuple):
    """The *rule* that fits a record, and its *explanation* for it; no rule: it is only noise."""

    rule: LogRule | None
    explanation: str


def may_tell(line: bytes) -> bool:
    """Whether the words of a rule are in *line*, wherever they stand."""
    return any(rule.needle in line for rule in RULES)


def explain(record: LogRecord) -> Explained | None:
    """The first rule that fits what the service itself says in *record*."""
    text = words(record)
    return _explained(text) if len(text) <= _SHORT else _explained.__wrapped__(text)


@lru_cache(_LATELY)
def _explained(text: str) -> Explained | None:
    for needle, rule, pattern in _table():
        if needle in text and (match := pattern.search(text)):
            if rule is None:
                return Explained(None, "")
            return Explained(
                rule, rule.explanation.format(subject=match.groupdict().get("subject") or "unknown")
            )
    return None


@cache
def _table() -> list[tuple[str, LogRule | None, Pattern[str]]]:
    """Rules, then what is noise (None): what looks like both tells something."""
    rules: list[tuple[LogRule | NoiseRule, LogRule | None]] = [
        *((rule, rule) for rule in RULES),
        *((noise, None) for noise in NOISE),
    ]
    return [(each.needle.decode(), told, Pattern(each.pattern, re.MULTILINE)) for each, told in rules]
