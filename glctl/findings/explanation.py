"""An entry of the Code catalogue, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.errors import UsageError
from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from glctl.console import Console
    from glctl.findings.model import Code


def explain(name: str, console: Console) -> str:
    """The catalogue's entry of a code. Raises UsageError where there is none."""
    if name not in CODES:
        import difflib

        near = difflib.get_close_matches(name, CODES, n=1)
        raise UsageError(
            f"There is no code {name!r}.",
            f"Did you mean {near[0]!r}?" if near else "Findings name theirs in [].",
        )
    code = CODES[name]
    rows = [
        ("meaning", code.meaning),
        ("told by", code.told_by),
        *(("symptom", symptom) for symptom in code.symptoms),
        *(("remedy" if not number else "", line) for number, line in enumerate(code.remedy.splitlines())),
        *([("", "(this interrupts the service)")] if code.interrupts else []),
        *([("leads to", ", ".join(code.explains))] if code.explains else []),
        *([("can be due to", ", ".join(causes))] if (causes := causes_of(code)) else []),
        *([("told with", ", ".join(f"{start}…" for start in code.told_with))] if code.told_with else []),
        *([("over when", f"{' or '.join(code.disproved_by)} is well")] if code.disproved_by else []),
        ("source", code.source),
    ]
    width = max(len(label) for label, _ in rows) + 2
    head = f"{console.paint(name, 'bold')} ({code.severity})"
    return "\n".join([head, *(f"  {label + ':' if label else '':<{width}}{text}" for label, text in rows)])


def causes_of(code: Code) -> list[str]:
    """The codes that *code* directly follows from."""
    return [other.name for other in CODES.values() if code.name in other.explains]
