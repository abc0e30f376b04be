"""docs/differences.md: how glctl differs from Omnibus, and Debian from both (make differences)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from compare import CASES, compare
from differences import DIFFERENCES

from glctl.settings.platform import DEBIAN, OMNIBUS, Platform, Program

TOP = """\
# Where glctl differs from Omnibus

What glctl makes of a gitlab.rb is held against what a real Omnibus 19.3 made of it: {count} files in
`tests/cases`, with its exit code, config.yml, virtual host, nginx.conf and its status server, environment,
service directories, owners and modes, and the registry's section of gitlab.yml; for some, also what a second
gitlab.rb made of all this. What Omnibus says, and in what order it works, is not compared.

Nothing may differ but what these rules say (`tests/cases/differences.py`). No rule knows a case by its name.

| rule | why | cases |
|---|---|---|
"""
PLATFORMS = """
## On a Debian-like host

The cases are rendered for an Omnibus host. On one of Debian's kind these are other, and nothing else
(`glctl/settings/platform.py`):

| | Omnibus | Debian |
|---|---|---|
"""
MOST = 5  # cases that are named; of more, only how many there are


def document() -> str:
    """The whole file."""
    touched = {case.name: compare(case)[2] for case in CASES}
    rules = "".join(
        f"| {rule.name} | {rule.reason} | {_cases(rule.name, touched)} |\n" for rule in DIFFERENCES
    )
    platforms = "".join(
        f"| {field.metadata['about']} | {_value(OMNIBUS, field.name)} | {_value(DEBIAN, field.name)} |\n"
        for field in fields(Platform)
        if "about" in field.metadata and getattr(OMNIBUS, field.name) != getattr(DEBIAN, field.name)
    )
    return TOP.format(count=len(CASES)) + rules + PLATFORMS + platforms


def _cases(rule: str, touched: dict[str, set[str]]) -> str:
    names = [name for name, met in touched.items() if rule in met]
    if len(names) > MOST:
        return f"{len(names)} cases, among them {names[0]}"
    return ", ".join(names)


def _value(platform: Platform, name: str) -> str:
    value: Any = getattr(platform, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{value.path if isinstance(value, Program) else value}`"
