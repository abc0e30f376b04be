"""``glctl explain``: what a setting is, where its value comes from, and what it leads to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.completion import complete_settings
from glctl.commands.diagnostics import source_line
from glctl.commands.settings_table import (
    aligned,
    known_as_json,
    name_of,
    short_value,
    value_text,
    where,
)
from glctl.console import as_called, harmless
from glctl.converge.desired import examine, installed_version, understand
from glctl.converge.explanation import explain, matching, means_several
from glctl.errors import GlctlError, UsageError
from glctl.gitlabrb.model import Settings
from glctl.secret import mask
from glctl.settings.keys import is_pattern, parse_key
from glctl.settings.kinds import TAKES
from glctl.settings.option import ruby_name
from glctl.settings.schema import READ_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.converge.desired import Configuration
    from glctl.converge.effects import Effects
    from glctl.converge.explanation import Explanation, Known
    from glctl.gitlabrb.model import Path as SettingPath
    from glctl.settings.effective import Origin
    from glctl.settings.option import Option

_MANY = 8  # places that are named singly


@click.command(short_help="Say where a setting comes from and what it leads to.")
@click.argument("key", metavar="KEY", shell_complete=complete_settings)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.pass_obj
def command(context: Context, key: str, form: str) -> int:
    """Say of a setting: its value, the line or the rule that it comes from, its default, what it takes and
    means, which files are made of it, and which services a change restarts or reloads. Touches nothing.

    KEY is written as in gitlab.rb ("registry['debug_addr']") or with dots (registry.debug_addr). A section
    (registry) or a pattern ('registry.*', '*port*') lists all settings that it means.
    """
    path = parse_key(key)
    configuration = _examine(context)
    if means_several(configuration, path):
        if not (rows := matching(configuration, path)):
            raise _nothing(path)
        _show_several(context.console, rows, form)
        return 0
    found = explain(configuration, path)
    if form == "json":
        context.console.out(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
        return 0
    for line in _lines(found, context.console):
        context.console.out(as_called(line, context.console.called))
    return 0


def _examine(context: Context) -> Configuration:
    """What gitlab.rb makes; where there is none yet, what an empty one would."""
    console, file = context.console, context.config_file
    if context.config is None and _is_missing(file):
        console.note(f"note: there is no {file} yet: the values are those of an empty one.")
        version = installed_version(context.root, context.platform)
        return understand(Settings(), context.root, context.platform, version)
    configuration = examine(context.root, file, context.platform)
    if configuration.errors:
        console.note(
            "note: gitlab.rb has errors, so what a change leads to is left out. See: glctl check-config"
        )
    return configuration


def _is_missing(file: Path) -> bool:
    try:
        file.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False  # reading it will say why
    return False


def _show_several(console: Console, rows: Sequence[Known], form: str) -> None:
    if form == "json":
        console.out(json.dumps([known_as_json(row) for row in rows], indent=2, ensure_ascii=False))
        return
    lines = aligned([(name_of(row), short_value(row.value), where(row)) for row in rows])
    for row, line in zip(rows, lines, strict=True):
        is_set = row.origin is not None and row.origin.kind in ("file", "cluster")
        console.out(console.paint(line, *(["bold"] if is_set else [])))


def _nothing(path: SettingPath) -> GlctlError:
    """What to say of a pattern or a section without any setting."""
    name = ruby_name(".".join(path))
    if is_pattern(path):
        return UsageError(f"No setting matches {name}.", "For example: glctl explain 'registry.*port*'")
    return GlctlError(
        f"gitlab.rb sets nothing in {name}, which belongs to a service that glctl does not run."
    )


def _lines(found: Explanation, console: Console) -> Iterator[str]:
    known = found.known
    yield console.paint(f"{name_of(known)} = {value_text(known.value)}", "bold")
    for label, lines in _sections(found):
        for n, line in enumerate(lines):
            shown = console.paint(f"{'' if n else label:10}", "dim")
            yield f"  {shown}{line}"


def _sections(found: Explanation) -> Iterator[tuple[str, list[str]]]:
    """What is said, by its label."""
    known, option = found.known, found.option
    yield "origin", list(_origin_lines(found))
    if found.fate:
        yield "notice", [found.fate]
    if option is None or option.ignored:
        yield "meaning", [_nothing_made(known, option)]
        return
    yield "default", [value_text(found.default)]
    if found.otherwise:
        yield "otherwise", [_other(found.otherwise)]
    if known.key != option.key:
        yield "part of", [ruby_name(option.key)]
    else:
        yield "takes", [_takes(option)]
    yield "meaning", [option.doc]
    if found.effects is not None:
        yield from _effects(found.effects)
    if option.example and known.key == option.key:
        yield "example", [option.sample]


def _nothing_made(known: Known, option: Option | None) -> str:
    """That glctl makes nothing of it, and why."""
    if option is not None:
        return f"{'glctl makes nothing of it' if option.foreign else 'It has no effect'}. {option.doc}"
    if known.key.split(".")[0] in READ_NAMES:
        return "glctl makes nothing of it."
    unsure = "" if known.origin else " It does not know whether there is such a setting."
    return f"Belongs to a service that glctl does not run.{unsure}"


def _other(known: Known) -> str:
    """What would hold without the line of gitlab.rb, and why."""
    if known.origin is None or known.origin.kind == "secrets":
        return str(known.origin)
    return f"{value_text(known.value)}, {known.origin}"


def _takes(option: Option) -> str:
    if option.choices:
        return f"one of {', '.join(option.choices)}"
    return TAKES["bool" if isinstance(option.default, bool) and option.kind == "scalar" else option.kind]


def _origin_lines(found: Explanation) -> Iterator[str]:
    known = found.known
    if known.origin is None:
        yield "gitlab.rb does not set it"
        return
    yield _place(known.origin)
    if known.origin.span and (text := source_line(known.origin.span)):
        yield f"  {text}"
    for depth, source in found.sources:
        where = f" = {value_text(source.value)}, {_place(source.origin)}" if source.origin else ""
        yield f"{'  ' * depth}{ruby_name(source.key)}{where}"
    if found.effects is not None and found.effects.overruled:
        yield "To set it has no effect here: a rule decides its value."


def _place(origin: Origin) -> str:
    if origin.span:
        return harmless(f"{origin.span.file}:{origin.span.line}")
    if origin.kind == "derived":
        reason = f" ({origin.because})" if origin.because else ""
        return f"derived{reason}{' from' if origin.sources else ''}"
    return str(origin)


def _effects(effects: Effects) -> Iterator[tuple[str, list[str]]]:
    if effects.none:
        yield "feeds", ["nothing on this host"]
        return
    start = ["nothing with this gitlab.rb, but where it counts:"] if effects.elsewhere else []
    if effects.paths:
        yield "feeds", start + _some(effects.paths)
    if effects.settings:
        yield "decides", _some([ruby_name(key) for key in effects.settings])
    said = [_action(name, action) for name, action in effects.services if not _goes_with(name, effects)]
    told = ", ".join(said) or "no service has to hear of it"
    yield "a change", [f"{told} (look first: glctl reconfigure --dry-run)"]


def _some(names: Sequence[str]) -> list[str]:
    rest = len(names) - _MANY
    return [*names[:_MANY], f"… and {rest} more (--format json has all)"] if rest > 1 else list(names)


def _goes_with(name: str, effects: Effects) -> bool:
    """Whether it is the log service of one that starts or stops, as it does with it."""
    return name.endswith("/log") and (name.removesuffix("/log"), "start or stop") in effects.services


def _action(name: str, action: str) -> str:
    service = name.replace("/log", "'s log service")
    return f"{_VERBS[action]} {service}"


_VERBS = {"start or stop": "starts or stops", "restart": "restarts", "reload": "reloads"}


def _as_json(found: Explanation) -> dict[str, Any]:
    option, effects = found.option, found.effects
    return {
        **known_as_json(found.known),
        "sources": [{"depth": depth, **known_as_json(source)} for depth, source in found.sources],
        "default": mask(found.default),
        "otherwise": found.otherwise and known_as_json(found.otherwise),
        "type": option and option.kind,
        "choices": list(option.choices) if option else [],
        "meaning": option and option.doc,
        "ignored": bool(option and option.ignored),
        "fate": found.fate,
        "effects": None if effects is None else _effects_as_json(effects),
    }


def _effects_as_json(effects: Effects) -> dict[str, Any]:
    return {
        "paths": list(effects.paths),
        "settings": list(effects.settings),
        "services": [{"name": name, "action": action} for name, action in effects.services],
        "overruled": effects.overruled,
        "elsewhere": effects.elsewhere,
    }
