"""A service's run script, taken apart: where it changes to, and the command that it becomes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class RunScript:
    """*words* are those of the command that the script ends as: chpst, its options, the program, its own.

    *directory* is absolute, or empty.
    """

    directory: str = ""
    words: tuple[str, ...] = ()

    def after(self, word: str) -> str:
        """What follows *word* (``serve``); empty where nothing does."""
        return next((b for a, b in zip(self.words, self.words[1:], strict=False) if a == word), "")

    def option(self, program: str, name: str) -> str:
        """The value of *program*'s option *name* (``-u`` of chpst, ``-p`` of nginx), or nothing."""
        start = next((i for i, word in enumerate(self.words) if word.rpartition("/")[2] == program), None)
        return RunScript(words=self.words[start:]).after(name) if start is not None else ""

    def path(self, written: str) -> str:
        """What the command takes the path *written* for."""
        return str(PurePosixPath(self.directory, written))


def read(script: bytes | None) -> RunScript:
    """The run script with this content. What cannot be understood without a shell is passed over."""
    directory = ""
    words: tuple[str, ...] = ()
    for line in (script or b"").decode(errors="replace").replace("\\\n", " ").splitlines():
        try:
            found = shlex.split(line, comments=True)
        except ValueError:
            continue
        match found:
            case ["cd", place, *_] if place.startswith("/"):
                directory = place
            case ["exec", program, *rest] if rest:  # not ``exec 2>&1``
                words = (program, *rest)
    return RunScript(directory, words)
