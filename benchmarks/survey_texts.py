"""Cut the texts of the survey out of git clones: gitlab.rb files, and GITLAB_OMNIBUS_CONFIG out of YAML.

usage: benchmarks/survey_texts.py CLONES FOLDER

CLONES holds one git directory for each repository of survey.csv, named OWNER+NAME. FOLDER gets one file for
each line of the list, named by its digest. No text is kept in this project: they are other people's.

A block out of a Docker Compose file is taken as Compose would hand it to the container: ``$$`` is ``$``, and
a variable is its default, or else PLACEHOLDER, which can stand for a word and for a number.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = Path(__file__).with_name("survey.csv")
VARIABLE = "GITLAB_OMNIBUS_CONFIG"
PLACEHOLDER = "8080"
_REFERENCE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<name>\w+)|\{(?P<braced>\w+)(?:(?P<operator>:?[-+?])(?P<text>[^}]*))?\})"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text: where it stands, and which block of the file it is, counted from 1 (0: the whole file)."""

    repository: str
    path: str
    commit: str
    block: int
    digest: str

    @property
    def name(self) -> str:
        return f"{self.digest}.rb"


def entries() -> list[Entry]:
    with LIST.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Entry(row["repository"], row["path"], row["commit"], int(row["block"]), row["digest"]) for row in rows
    ]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def interpolated(text: str) -> str:
    """*text* as Docker Compose hands it on (https://docs.docker.com/reference/compose-file/interpolation/)."""

    def value(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        return match["text"] if (match["operator"] or "").endswith(("-", "+")) else PLACEHOLDER

    return _REFERENCE.sub(value, text)


def blocks(text: str) -> list[str]:
    """The values of GITLAB_OMNIBUS_CONFIG in the YAML *text*. Raises yaml.YAMLError."""
    return [value for document in yaml.safe_load_all(text) for value in _values(document)]


def _values(node: Any) -> Iterator[str]:
    """Compose writes an environment as a mapping or as NAME=value, Kubernetes as name and value."""
    if isinstance(node, dict):
        if node.get("name") == VARIABLE and isinstance(node.get("value"), str):
            yield node["value"]
        for key, value in node.items():
            if key == VARIABLE and isinstance(value, str):
                yield interpolated(value)
            else:
                yield from _values(value)
    elif isinstance(node, list):
        for item in node:
            if isinstance(item, str) and item.startswith(f"{VARIABLE}="):
                yield interpolated(item.partition("=")[2])
            else:
                yield from _values(item)


def text_of(content: str, block: int) -> str:
    return blocks(content)[block - 1] if block else content


def show(clone: Path, commit: str, path: str) -> str:
    """The file as git has it: its line ends are part of what is compared."""
    command = ["git", "-C", str(clone), "show", f"{commit}:{path}"]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clones", type=Path, help="the folder of git directories")
    parser.add_argument("folder", type=Path, help="where the texts go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for entry in entries():
        clone = options.clones / entry.repository.replace("/", "+")
        text = text_of(show(clone, entry.commit, entry.path), entry.block)
        if digest(text) != entry.digest:
            raise SystemExit(f"{entry.repository} {entry.path}: not the text of the list")
        (options.folder / entry.name).write_text(text, newline="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
