"""``glctl history``: the generations that this host was brought to, and what each changed."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.changes import show_change, show_diff
from glctl.console import harmless
from glctl.converge.back import unseen
from glctl.converge.diff import diff
from glctl.converge.differences import Differences, differences
from glctl.converge.generations import Generations
from glctl.converge.state import holder
from glctl.converge.tree import Tree
from glctl.secret import mask_line
from glctl.services.catalog import SERVICES
from glctl.services.runit import look
from glctl.settings.option import ruby_name, ruby_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.commands.context import Context
    from glctl.converge.generations import Generation

_SHORT = 40  # letters of two values
_NAMED = 2  # settings, and files, that a line of the list names


@click.command(short_help="List the last configurations that services were seen up with.")
@click.argument("number", type=click.IntRange(1), required=False, metavar="[N]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.pass_obj
def command(context: Context, number: int | None, form: str) -> None:
    """List the generations that reconfigure and rollback have kept, newest first, or show what N changed.

    A star marks the one that this host runs; a question mark, where a run has not come to its end, the last
    that it ran. Secrets are masked; that they changed shows.
    """
    tree = Tree(context.root)
    generations = Generations(tree)
    kept = generations.all()
    for path in generations.damaged:
        context.console.note(f"note: {harmless(path)} is damaged, and left out.")
    not_seen = unseen(kept[-1], tree) if kept else ()
    current = kept[-1].number if kept and not not_seen else None
    before = {new.number: old for old, new in pairwise(kept)}
    if number is not None:
        chosen = generations.get(number)
        _show(context, chosen, before.get(number), chosen.number == current, form)
    elif form == "json":
        listed = [_document(each, before.get(each.number), each.number == current) for each in kept[::-1]]
        context.console.out(json.dumps(listed, indent=2))
    else:
        _list(context, kept, before, current)
        if not_seen:
            context.console.note(f"note: {_unfinished(not_seen, kept[-1], tree)}")


def when(generation: Generation) -> str:
    """Its time, as this host's clock shows it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(generation.at))


def _list(
    context: Context, kept: Sequence[Generation], before: dict[int, Generation], current: int | None
) -> None:
    for each in reversed(kept):
        mark = " " if each is not kept[-1] else "*" if each.number == current else "?"
        line = f"{mark} {each.number:>3}  {when(each)}  {_summary(each, before.get(each.number))}"
        context.console.out(context.console.paint(harmless(line), *["bold"] * (mark != " ")))
    if not kept:
        context.console.note(
            "No generation is kept yet. reconfigure keeps what all services were seen up with."
        )


def _unfinished(names: Sequence[str], last: Generation, tree: Tree) -> str:
    """Why it is not known that this host runs the *last* generation, and what to do."""
    services = ", ".join(names)
    if pid := holder(tree):
        return f"glctl is at work, pid {pid}: not yet seen up on its files: {services}."
    back = f"`glctl rollback` goes back to generation {last.number}."
    named = [each for each in SERVICES if each.name in names]
    if stopped := [each.name for each in named if look(each.directory(tree.root)).want == "down"]:
        return (
            f"stopped, with files that were not yet seen up: {', '.join(stopped)}. "
            f"After `glctl start`, `glctl reconfigure` keeps them; {back}"
        )
    return (
        f"a run has not come to its end, and its files may be in use by {services}. "
        f"`glctl reconfigure` finishes it, {back}"
    )


def _summary(generation: Generation, before: Generation | None) -> str:
    """What it changed, in a line."""
    parts = [f"back to {generation.back_to}"] if generation.back_to else []
    if before is None:
        return "; ".join([*parts, "nothing older is kept"])
    found = differences(before, generation)
    if before.version != generation.version:
        parts.append(f"glctl {before.version} -> {generation.version}")
    parts += _named([_setting(key, before, generation) for key in found.settings])
    paths = [*(change.path for change in found.changes), *found.left]
    parts += _named(["/".join(PurePosixPath(path).parts[-2:]) for path in paths])
    if not found.settings and not paths:
        parts += [f"only the text of {', '.join(path for path, _ in found.sources)}"] * bool(found.sources)
    return "; ".join(parts)


def _setting(key: str, before: Generation, after: Generation) -> str:
    """Its name, and what it was and is where that is short and no secret."""
    values = [generation.effective.get(key) for generation in (before, after)]
    if any(not isinstance(value, str | int | None) for value in values):
        return ruby_name(key)
    old, new = (mask_line(ruby_value(value)) for value in values)
    return ruby_name(key) + (f" {old} -> {new}" if len(old + new) <= _SHORT else "")


def _named(names: list[str]) -> list[str]:
    """The first of *names*, and how many there are more; nothing for none."""
    if not names:
        return []
    more = len(names) - _NAMED
    return [", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")]


def _show(
    context: Context, generation: Generation, before: Generation | None, current: bool, form: str
) -> None:
    """One generation, with all that it changed."""
    if form == "json":
        context.console.out(json.dumps(_document(generation, before, current), indent=2))
        return
    about = [when(generation), f"glctl {generation.version}", *["it runs now"] * current]
    about += [f"back to {generation.back_to}"] if generation.back_to else []
    context.console.out(context.console.paint(f"Generation {generation.number}: {', '.join(about)}", "bold"))
    if before is None:
        context.console.out("Nothing older is kept that it could be compared with.")
        return
    found = differences(before, generation)
    context.console.out(f"What it changed of generation {before.number}:")
    for path, text in found.sources:
        context.console.out(context.console.paint(f"~ {harmless(path)}", "yellow"))
        show_diff(context.console, text)
    for change in found.changes:
        show_change(context.console, change)
    for path in found.left:
        context.console.out(context.console.paint(f"  no longer used, and left: {harmless(path)}", "yellow"))


def _document(generation: Generation, before: Generation | None, current: bool) -> dict[str, Any]:
    """JSON: what is compared is empty for the oldest, ``before`` null."""
    found = differences(before, generation) if before else Differences()
    return {
        "number": generation.number,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(generation.at)),
        "glctl": generation.version,
        "current": current,
        "back_to": generation.back_to,
        "before": before.number if before else None,
        "settings": list(found.settings),
        "sources": [{"path": path, "diff": text} for path, text in found.sources],
        "changes": [{"path": c.path, "action": c.action, "diff": diff(c)} for c in found.changes],
        "left": list(found.left),
    }
