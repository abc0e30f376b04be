"""What the documents say of the commands and of the rooms is so."""

from __future__ import annotations

import re
from pathlib import Path

from glctl.cli import COMMANDS

PROJECT = Path(__file__).parents[2]


def test_the_readme_lists_every_command_as_help_does() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", (PROJECT / "README.md").read_text(), re.MULTILINE)
    assert dict(rows) == {name: text for name, (_, _, text) in COMMANDS.items()}


def test_the_map_names_every_room_and_only_files_that_exist() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text()
    rooms = {path.parent.name for path in (PROJECT / "glctl").glob("*/__init__.py")}
    table = text[text.index("| room |") : text.index("Data is frozen")]
    assert rooms <= set(re.findall(r"`([a-z]+)/`", table))
    named = set(re.findall(r"\b([a-z_]+\.py)\b", text))
    existing = {path.name for folder in ("glctl", "tests") for path in (PROJECT / folder).rglob("*.py")}
    assert named <= existing


def test_every_target_that_the_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        said = re.findall(r"(?:`|\$ )make ([a-z-]+)", (PROJECT / document).read_text())
        assert set(said) <= targets, document
