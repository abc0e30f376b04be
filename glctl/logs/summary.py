"""What was counted in logs as Findings, in relation to each other, and as text for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from glctl.console import harmless
from glctl.findings.catalog import CODES
from glctl.findings.formats import document
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import RANK, Report, link
from glctl.logs.records import parse
from glctl.secret import mask_text

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence
    from datetime import datetime, tzinfo

    from glctl.console import Console
    from glctl.logs.tally import Example, Seen, Tally

SPARKS = "▁▂▃▄▅▆▇█"
_COLUMNS = 24  # of a spark line
_NAMED = 3  # repositories, users, clients
_WIDTH = 200  # characters of an example
_HALF = 60  # minutes
_STYLES = {"error": "red", "warning": "yellow", "info": "cyan"}


def report(tally: Tally, seconds: float) -> Report:
    """The codes that were seen as Findings, consequences linked to their causes."""
    findings = [
        Finding(
            code=code,
            check="logs",
            subject=", ".join(sorted({example.service for example in seen.examples})),
            severity=seen.severity,
            summary=mask_text(seen.explanation),
            cause=CODES[code].meaning,
            remedy=CODES[code].remedy,
            evidence=tuple(quoted(example) for example in seen.examples),
        )
        for code, seen in tally.codes.items()
    ]
    findings.sort(key=lambda f: (RANK[f.severity], -tally.codes[f.code].count))
    checks = [CheckResult(path, "not_run", why) for path, why in sorted(tally.unread.items())]
    return Report("logs", link(findings), tuple(checks), seconds * 1000)


def to_document(tally: Tally, found: Report) -> dict[str, Any]:
    """One JSON document: the doctor's keys, and how often, when, and whom each was about."""
    made = document(found)
    for told in made["findings"]:
        told.update(_numbers(tally, tally.codes[told["code"]]))
    unexplained = [
        {"shape": mask_text(name), **_numbers(tally, seen)} for name, seen in _by_count(tally.shapes)
    ]
    return {**made, "unexplained": unexplained, "noise": tally.noise, "bytes": tally.size}


def _numbers(tally: Tally, seen: Seen) -> dict[str, Any]:
    return {
        "count": seen.count,
        "first": seen.first.isoformat() if seen.first else None,
        "last": seen.last.isoformat() if seen.last else None,
        "since_last_restart": not tally.is_over(seen),
        "repositories": dict(seen.repositories.most_common()),
        "users": dict(seen.users.most_common()),
        "clients": dict(seen.clients.most_common()),
        "examples": [
            {"file": example.file, "offset": example.offset, "line": quoted(example)}
            for example in seen.examples
        ],
    }


def to_text(tally: Tally, found: Report, console: Console, zone: tzinfo | None) -> str:
    """What an administrator reads: each kind of line, then what is most likely behind them.

    Times are shown in *zone* (None: local).
    """
    lines: list[str] = []
    for finding in found.findings:
        seen = tally.codes[finding.code]
        style = _STYLES[finding.severity]
        head = console.paint(f"{finding.severity}: {harmless(finding.summary)}", style, "bold")
        lines += [f"{head} {console.paint(f'[{finding.code}]', 'dim')}", *_body(tally, seen, console, zone)]
        if finding.explained_by:
            lines.append(f"    follows from {finding.explained_by}")
        elif finding.remedy and finding.severity != "info":
            label = "remedy:"
            for line in finding.remedy.splitlines():
                lines.append(f"    {label:<7} {console.paint(harmless(line), 'bold')}")
                label = ""
        lines.append("")
    if tally.shapes:
        total = sum(seen.count for seen in tally.shapes.values())
        errors = "error" if total == 1 else "errors"
        lines.append(console.paint(f"{_number(total)} {errors} that no rule explains:", "bold"))
        for name, seen in _by_count(tally.shapes)[:10]:
            lines += [f"  {harmless(mask_text(name))}", *_body(tally, seen, console, zone)]
        lines.append("")
    lines += not_read(tally.unread, console)
    return "\n".join([*lines, _verdict(tally, found, console)])


def not_read(unread: dict[str, str], console: Console) -> list[str]:
    """What could not be read to its end, and why."""
    if not unread:
        return []
    head = console.paint("Not read, or not to the end:", "bold")
    return [head, *(f"  {harmless(path)}: {why}" for path, why in sorted(unread.items())), ""]


def _body(tally: Tally, seen: Seen, console: Console, zone: tzinfo | None) -> Iterator[str]:
    times = f"{_number(seen.count)} time{'s' * (seen.count > 1)}"
    if seen.first and seen.last:
        first, last = shown(seen.first, zone), shown(seen.last, zone)
        times += f", at {first}" if seen.count == 1 else f", {first} to {last}  {spark(seen.minutes)}"
    yield f"    seen    {times}"
    if tally.is_over(seen):
        began = max(tally.starts[service] for service in seen.services)
        yield f"            not since the last restart, at {shown(began, zone)}"
    for label, names in (("in", seen.repositories), ("by", seen.users), ("from", seen.clients)):
        if names:
            yield f"    {label:<7} {most(names)}"
    for number, example in enumerate(seen.examples):
        where = console.paint(f"{harmless(example.file)}+{example.offset}:", "dim")
        yield f"    {'' if number else 'lines':<7} {where} {harmless(quoted(example))}"


def most(names: Counter[str]) -> str:
    """The names that were counted most, and how many others there are."""
    first = names.most_common(_NAMED)
    rest = len(names) - len(first)
    text = ", ".join(f"{harmless(name)} ({_number(count)})" for name, count in first)
    return f"{text} and {_number(rest)} more" if rest else text


def quoted(example: Example) -> str:
    """What the line of *example* says, without its time, cut, and without credentials."""
    record = parse(example.line, example.service)
    details = [str(record.fields[key]) for key in ("err.detail", "detail", "error") if key in record.fields]
    text = mask_text(" ".join(": ".join([record.message, *details]).split()))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def spark(minutes: Counter[int]) -> str:
    """How the rate went from the first minute to the last, as a row of bars."""
    first, last = min(minutes), max(minutes)
    if first == last:
        return ""
    columns = min(_COLUMNS, last - first + 1)
    sums = [0] * columns
    for minute, count in minutes.items():
        sums[(minute - first) * columns // (last - first + 1)] += count
    highest = max(sums)
    return "".join(SPARKS[-(-count * (len(SPARKS) - 1) // highest)] for count in sums)


def shown(time: datetime, zone: tzinfo | None) -> str:
    """*time* in *zone* (None: local), which is always named."""
    local = time.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {local:%Z}"


def _verdict(tally: Tally, found: Report, console: Console) -> str:
    size = f"{tally.size / 1e9:.1f} GB" if tally.size >= 1e9 else f"{tally.size / 1e6:.1f} MB"
    read = f"{size} in {found.duration_ms / 1000:.1f} s"
    likely = likely_cause(tally, found)
    if not likely:
        if tally.is_empty and not tally.unread:
            return console.paint("There is nothing in these logs at that time.", "bold")
        known = "No known problem in what could be read" if tally.unread else "No known problem"
        text = f"{known}." if not tally.shapes else f"{known}, but errors that no rule knows."
        return f"{console.paint(text, 'bold')} {read}."
    follow = [f.code for f in found.consequences(likely.code)]
    more = f"; {', '.join(follow)} follow{'s' * (len(follow) == 1)} from it" if follow else ""
    over = ", but not since the last restart" if tally.is_over(tally.codes[likely.code]) else ""
    head = console.paint(f"Most likely: {harmless(likely.summary.rstrip('.'))} [{likely.code}]", "bold")
    return f"{head}{over}{more}. {read}."


def likely_cause(tally: Tally, found: Report) -> Finding | None:
    """What is most likely behind all that was seen; None where nothing is wrong.

    Of root causes an error goes before a warning, and what goes on before what a restart has ended. Then
    counts what is seen of it and of what follows from it, the more the later.
    """
    end = tally.end

    def rank(finding: Finding) -> tuple[bool, bool, float]:
        codes = [finding.code, *(f.code for f in found.consequences(finding.code))]
        weight = sum(_weight(tally.codes[code], end) for code in codes)
        return finding.severity == "error", not tally.is_over(tally.codes[finding.code]), weight

    return max(found.root_causes, key=rank, default=None)


def _weight(seen: Seen, end: datetime | None) -> float:
    """How much *seen* tells of *end*: each line half as much as one that is _HALF younger."""
    untimed = seen.count - seen.minutes.total()
    last = int(end.timestamp()) // 60 if end else 0
    return untimed + sum(
        count * math.pow(0.5, (last - minute) / _HALF) for minute, count in seen.minutes.items()
    )


def _by_count(shapes: dict[str, Seen]) -> Sequence[tuple[str, Seen]]:
    return sorted(shapes.items(), key=lambda item: -item[1].count)


def _number(count: int) -> str:
    return f"{count:,}"
