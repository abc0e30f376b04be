"""A Conversation for the reader: a line for each exchange, and what a healthy one came to."""

from __future__ import annotations

import json
import string
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.console import harmless
from glctl.findings.formats import document
from glctl.findings.text import causes
from glctl.trace.notes import notes
from glctl.trace.steps import PING, TOKEN, is_digest, steps
from glctl.trace.summary import summary
from glctl.trace.words import duration, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.console import Console
    from glctl.findings.report import Report
    from glctl.trace.exchange import Conversation, Exchange
    from glctl.trace.steps import Step

_DIGEST_SHOWN = 12  # letters
_WIDEST = 40  # of a column


def to_text(conversation: Conversation, report: Report, code: int | None, console: Console) -> str:
    """The conversation, what was found in it, and last how it stands."""
    named = steps(conversation)
    told = [*([] if code is None or not named else [""]), *lines(named, console)]
    if conversation.left_out:
        told.append(f"… and {conversation.left_out} more exchanges, which were not kept")
    told += [*causes(report, console), ""]
    ended = "" if code is None else f" The command ended with exit code {code}."
    if report.root_causes:
        words = ", ".join(dict.fromkeys(finding.code for finding in report.root_causes))
        color = "yellow" if report.ok else "red"
        told.append(console.paint(f"{report.target}: {words}.{ended}", color, "bold"))
    elif code:
        told.append(console.paint(f"{report.target}: nothing wrong was seen.{ended}", "yellow", "bold"))
    else:
        told.append(console.paint(f"Healthy: {summary(named)}", "green"))
    return "\n".join(told)


def to_json(conversation: Conversation, report: Report, code: int | None, _console: Console) -> str:
    """One JSON document; its keys are those of the design."""
    named = steps(conversation)
    names_of = connections(conversation.exchanges)
    exchanges = [
        {
            "step": step.name,
            "client": names_of[step.exchange.client],
            "method": step.exchange.method,
            "url": step.exchange.url,
            "status": step.exchange.status,
            "bytes": step.exchange.sent + step.exchange.received,
            "duration_ms": round(step.exchange.seconds * 1000, 1),
            "began": round(step.exchange.began, 3),
            "notes": list(notes(step)),
        }
        for step in named
    ]
    return json.dumps({**document(report), "exchanges": exchanges, "command_exit": code}, indent=2)


def lines(steps: Sequence[Step], console: Console) -> Iterator[str]:
    """A line for each: when, how long, which connection, where, what, status, size, what went missing."""
    if not steps:
        return
    start = steps[0].exchange.began
    names = connections([step.exchange for step in steps])
    rows = [_row(step, start, names[step.exchange.client]) for step in steps]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
    for step, row in zip(steps, rows, strict=True):
        when, lasted, *words = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        cells = (when.rjust(widths[0]), lasted.rjust(widths[1]), *words)
        yield _painted("  ".join(cells).rstrip(), step, console)
        if console.verbose:
            yield from (console.paint(each, "dim") for each in _headers(step.exchange))


def line(step: Step, client: str, console: Console) -> str:
    """One by itself, as it ends: when that was by the clock, and the same as in :func:`lines`."""
    ended = time.strftime("%H:%M:%S", time.localtime(step.exchange.ended))
    _, *cells = _row(step, step.exchange.began, client)
    return _painted("  ".join(cell for cell in (ended, *cells) if cell), step, console)


def _painted(line: str, step: Step, console: Console) -> str:
    missing = "; ".join(notes(step))
    told = f"{line}  {console.paint(harmless(missing), 'yellow')}" if missing else line
    return console.paint(told, "red") if _is_bad(step) and not missing else told


def connections(exchanges: Sequence[Exchange]) -> dict[str, str]:
    """A short name for each of the client's connections, in the order in which they come: a … z, aa …."""
    names: dict[str, str] = {}
    for exchange in exchanges:
        if exchange.client not in names:
            names[exchange.client] = letters(len(names))
    return names


def _row(step: Step, start: float, client: str) -> tuple[str, ...]:
    exchange = step.exchange
    moved = exchange.sent or exchange.received
    return (
        f"{exchange.began - start:.3f}",
        duration(exchange.seconds),
        f"{client} → {harmless(host_of(exchange.url))}",
        f"{step.name}",
        harmless(f"{exchange.method} {_what(step)}".strip()),
        str(exchange.status or "-"),
        size(moved) if moved else "",
    )


def _what(step: Step) -> str:
    if not step.repository:
        return "" if step.name in (PING, TOKEN, "connect") else _shortened(urlsplit(step.exchange.url).path)
    reference = step.reference
    if is_digest(reference):
        algorithm, _, digits = reference.partition(":")
        reference = f"@{algorithm}:{digits[:_DIGEST_SHOWN]}"
    elif reference:
        reference = f":{reference}"
    return _shortened(step.repository) + reference


def host_of(url: str) -> str:
    """HOST[:PORT] of *url*."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def letters(number: int) -> str:
    """A short name for the connection of that number: a … z, aa …."""
    first = string.ascii_lowercase[number % 26]
    return letters(number // 26 - 1) + first if number >= 26 else first


def _is_bad(step: Step) -> bool:
    """Whether it did not end as a client hopes. Absent blobs are what a push asks for."""
    status = step.exchange.status
    if status is None:
        return True
    return (
        status >= 400
        and not (status == 401 and step.name == PING)
        and not (status == 404 and step.name in ("check blob", "check manifest"))
    )


def _headers(exchange: Exchange) -> Iterator[str]:
    yield f"    > {exchange.method} {harmless(exchange.url)} {exchange.version}"
    yield from (f"    > {harmless(f'{name}: {value}')}" for name, value in exchange.asked)
    if exchange.status is not None:
        yield f"    < {exchange.status}"
    yield from (f"    < {harmless(f'{name}: {value}')}" for name, value in exchange.answered)
