"""Imports point one way, and each outside library has its rooms (the map is in CONTRIBUTING.md)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "glctl"

# A room imports itself and what stands below it. Rooms on one line never import each other.
FLOORS = [
    {"__main__"},
    {"cli"},
    {"commands"},
    {"doctor", "trace"},
    {"converge"},
    {"render", "logs"},
    {"services"},
    {"settings"},
    {"gitlabrb", "clients", "findings"},
    {"errors", "spans", "secret", "masking", "paths", "console", "patterns"},
]
LEAVES = FLOORS[-1]

# Libraries that only some rooms may import. The doctor's and the services' words do not depend on them.
ONLY_IN = {
    "botocore": {"clients"},
    "click": {"cli", "commands"},
    "cryptography": {"clients"},
    "http": {"clients"},
    "jinja2": {"render"},
    "mitmproxy": {"trace"},
    "ntplib": {"clients"},
    "requests": {"clients"},
    "socket": {"clients", "services"},
    "ssl": {"clients"},
    "tree_sitter": {"gitlabrb"},
    "tree_sitter_ruby": {"gitlabrb"},
    "urllib.request": {"clients"},
    "urllib3": {"clients"},
}


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything *source* imports, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def violations(room: str, source: str) -> list[str]:
    """What *source*, a file of *room*, imports but may not: ``line: reason``."""
    return [f"{line}: {why}" for line, name in imports(source) if (why := _forbidden(room, name))]


def _forbidden(room: str, name: str) -> str:
    if name.startswith("glctl."):
        other = name.split(".")[1]
        return "" if other == "__version__" or _may_import(room, other) else f"{room} may not import {name}"
    for library, rooms in ONLY_IN.items():
        if f"{name}.".startswith(f"{library}.") and room not in rooms:
            return f"only {', '.join(sorted(rooms))} may import {library}"
    return ""


def _may_import(room: str, other: str) -> bool:
    return room == other or _floor(room) < _floor(other) or {room, other} <= LEAVES


def _floor(room: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if room in rooms)


def test_imports_point_one_way() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if relative != Path("__init__.py"):
            room = relative.with_suffix("").parts[0]
            found += [f"{path}:{violation}" for violation in violations(room, path.read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("settings", "import glctl.render.build"),
        ("settings", "from glctl.render import build"),
        ("settings", "from glctl import render"),
        ("render", "from glctl.logs.records import LogRecord"),
        ("gitlabrb", "from glctl.findings.model import Code"),
        ("errors", "def f():\n    from glctl.settings.platform import DEBIAN"),
        ("doctor", "if TYPE_CHECKING:\n    from glctl.commands.context import Context"),
        ("commands", "from glctl.cli import run"),
        ("doctor", "import requests"),
        ("doctor", "from urllib import request"),
        ("doctor", "def f():\n    from http.client import HTTPConnection"),
        ("settings", "from tree_sitter import Parser"),
        ("gitlabrb", "import click"),
    ],
)
def test_an_import_against_the_direction_is_found(room: str, source: str) -> None:
    assert violations(room, source)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("settings", "from glctl import __version__"),
        ("errors", "from glctl.spans import Span"),
        ("converge", "from glctl.settings.platform import DEBIAN"),
        ("clients", "import requests.adapters"),
        ("doctor", "from urllib.parse import urlsplit"),
        ("doctor", "import httpdate"),
    ],
)
def test_an_import_along_the_direction_is_not(room: str, source: str) -> None:
    assert not violations(room, source)


def test_the_map_names_every_room() -> None:
    rooms = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__"} <= set.union(*FLOORS)
