"""``glctl why``: what a message can mean, and what tells for certain."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING

import click

from glctl.console import as_called, harmless
from glctl.errors import UsageError
from glctl.findings.codes import trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.findings.meanings import Meaning

_AT_MOST = 8  # shown as text; --format json has all


@click.command(short_help="Say what a message of a client or a log can mean.")
@click.argument("text", nargs=-1, metavar="[TEXT|-]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.pass_obj
def command(context: Context, text: tuple[str, ...], form: str) -> int:
    """Tell what a message of docker, skopeo, podman, a CI job or a log can mean; no registry need be near.

    TEXT is the message; without it, or with -, it is read from standard input. Exit 1 where nothing is known
    of it.
    """
    from glctl.findings.meanings import meanings

    message = sys.stdin.read() if text in ((), ("-",)) else " ".join(text)
    if not message.strip():
        raise UsageError("There is no message.", "glctl why 'denied: access forbidden'   (or pipe it in)")
    found = meanings(message)
    if form == "json":
        context.console.out(json.dumps(_document(found), indent=2))
    else:
        context.console.out("\n".join(_lines(found, context.console)))
    return 0 if found else 1


def _document(found: Sequence[Meaning]) -> dict[str, object]:
    return {
        "known": bool(found),
        "meanings": [
            {
                "code": each.code.name,
                "symptom": each.symptom,
                "meaning": each.code.meaning,
                "told_by": each.code.told_by,
                "command": _command(each),
                "remedy": each.code.remedy,
                "source": each.code.source,
            }
            for each in found
        ],
    }


def _lines(found: Sequence[Meaning], console: Console) -> Iterator[str]:
    if not found:
        yield "Nothing is known of this message."
        yield as_called("To look at the registry itself: glctl doctor", console.called)
        return
    for symptom, sharing in groupby(found[:_AT_MOST], key=lambda each: each.symptom):
        yield console.paint(f'"{harmless(symptom)}" can mean:', "bold")
        for each in sharing:
            yield f"  {each.code.meaning} {console.paint(f'[{each.code.name}]', 'dim')}"
            yield f"    told by {each.code.told_by}:"
            yield f"    {console.paint(as_called(_command(each), console.called), 'bold')}"
    if len(found) > _AT_MOST:
        yield f"and {len(found) - _AT_MOST} more, which --format json has."
    yield as_called("On the registry's machine, all of them at once: glctl doctor", console.called)


def _command(meaning: Meaning) -> str:
    if meaning.code in trace.CODES:
        return "glctl trace registry -- COMMAND…"
    return f"glctl doctor --only {meaning.code.name}"
