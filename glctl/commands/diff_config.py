"""``glctl diff-config``: gitlab.rb beside the defaults and the example."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.settings_table import aligned, known_as_json, name_of, short_value, where
from glctl.console import as_called
from glctl.converge.comparison import compare
from glctl.converge.desired import examine
from glctl.secret import mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.converge.comparison import Comparison
    from glctl.settings.option import Option

_WIDTH = 100  # characters of a line of names


@click.command("diff-config", short_help="Compare gitlab.rb with the defaults and the example.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.pass_obj
def command(context: Context, form: str) -> int:
    """Compare gitlab.rb with the defaults and the example: what it sets and what would hold without the line;
    which lines could be left out, since the same would hold; which settings of the example it does not have.

    Exit 0 whatever differs, 2 if gitlab.rb cannot be read.
    """
    configuration = examine(context.root, context.config_file, context.platform)
    found = compare(configuration)
    if form == "json":
        context.console.out(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
        return 0
    for line in _lines(found, context.console):
        context.console.out(line)
    if configuration.errors:
        context.console.note("note: gitlab.rb has errors. See: glctl check-config")
    return 0


def _lines(found: Comparison, console: Console) -> Iterator[str]:
    for heading, rows in _sections(found, console.called).items():
        if rows:
            yield console.paint(heading, "bold")
            yield from (f"  {line}" for line in aligned(rows))
            yield ""
    yield (
        f"{len(found.differences)} set beside the defaults, {len(found.redundant)} without need, "
        f"{len(found.unread)} not compared, {len(found.lacking)} only in the example."
    )


def _sections(found: Comparison, called: str) -> dict[str, list[tuple[str, ...]]]:
    """Rows by their heading, what gitlab.rb sets before what it does not."""
    return {
        "Set beside the defaults, and what would hold without:": [
            (
                name_of(each.known),
                short_value(each.known.value),
                short_value(each.otherwise),
                where(each.known),
            )
            for each in found.differences
        ],
        "Without need, since the same would hold without it:": [
            (name_of(each), short_value(each.value), where(each)) for each in found.redundant
        ],
        "Not compared, since glctl makes nothing of it:": [
            (name_of(each), where(each)) for each in found.unread
        ],
        as_called("Only in the example (glctl explain KEY says more):", called): [
            (line,) for line in _names(found.lacking)
        ],
    }


def _names(options: Sequence[Option]) -> Iterator[str]:
    """Their keys in as few lines as will do, each section by itself: there are some 150."""
    from textwrap import wrap

    sections: dict[str, list[str]] = {}
    for option in options:
        section, _, name = option.key.rpartition(".")
        sections.setdefault(section, []).append(name)
    for section, names in sections.items():
        head = f"{section}: " if section else ""
        yield from wrap(head + ", ".join(names), _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _as_json(found: Comparison) -> dict[str, Any]:
    return {
        "set": [
            {**known_as_json(each.known), "otherwise": mask(each.otherwise)} for each in found.differences
        ],
        "redundant": [known_as_json(each) for each in found.redundant],
        "unread": [known_as_json(each) for each in found.unread],
        "lacking": [
            {"key": option.key, "example": option.sample, "meaning": option.doc} for option in found.lacking
        ],
    }
