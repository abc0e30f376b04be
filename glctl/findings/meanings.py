"""What a message of a client, a CI job or a log can mean: the codes whose symptoms are in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.findings.model import Code

MAX_TEXT = 1 << 16  # characters looked at: of a long paste its end, where the error stands
_GAP = r".{0,300}?"  # what "…" in a symptom stands for
# Shorter ones than this (a bare status) are in too many texts to mean much beside a longer one.
_TELLING = 0.3  # of the longest symptom


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code that a message may come from, and the *symptom* of it that is in the message."""

    code: Code
    symptom: str
    weight: int  # letters of the symptom: the longer, the less by chance


def meanings(text: str) -> tuple[Meaning, ...]:
    """What *text* can mean, the most telling symptom first; codes that share one in the catalogue's order."""
    plain = _plain(text[-MAX_TEXT:])
    found = [
        max(matching, key=lambda meaning: meaning.weight)
        for code in CODES.values()
        if (matching := list(_matching(code, plain)))
    ]
    found.sort(key=lambda meaning: -meaning.weight)
    return tuple(m for m in found if m.weight >= _TELLING * found[0].weight)


def _matching(code: Code, plain: str) -> Iterable[Meaning]:
    for symptom in code.symptoms:
        pattern, weight = _compiled(symptom)
        if pattern.search(plain):
            yield Meaning(code, symptom, weight)


@cache
def _compiled(symptom: str) -> tuple[re.Pattern[str], int]:
    """A symptom as what it looks like in a text, and how many letters of it are its own."""
    parts = _plain(symptom).split("…")
    return re.compile(_GAP.join(map(re.escape, parts))), len("".join(parts).replace(" ", ""))


def _plain(text: str) -> str:
    """*text* without what terminals, logs and JSON change: case, blanks, escapes, kinds of quotes."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    text = text.replace('\\"', '"').replace("\\n", " ").replace("\\t", " ")
    return re.sub(r"\s+", " ", re.sub(r"[\"'`“”‘’]", '"', text)).strip().lower()
