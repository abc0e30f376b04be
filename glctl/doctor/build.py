"""Which build of the registry a host has: distribution's, Debian's of it, or GitLab's fork."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.doctor import run_script
from glctl.doctor.check import NotTriedError
from glctl.paths import SV_DIR

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed

_VERSION = re.compile(r"\bv?(\d+)\.(\d+)(?:\.\d+)?")
_TIMEOUT = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Build:
    """*said* is what the program itself says, *version* its first two numbers."""

    program: str
    said: str
    version: tuple[int, int]

    @property
    def is_gitlabs(self) -> bool:
        """Whether it is GitLab's fork, which has a metadata database and numbers of its own."""
        return "gitlab" in self.said.lower()


def read(program: str, said: str) -> Build | None:
    """The Build that the answer to ``--version`` names; None where it names none."""
    match = _VERSION.search(said)
    return Build(program, said.strip(), (int(match[1]), int(match[2]))) if match else None


def ask(observed: Observed) -> Build:
    """Ask the registry's program. Raises NotTriedError where it does not tell."""
    import subprocess

    try:
        script = run_script.read(observed.root.at(f"{SV_DIR}/registry/run").read_bytes())
    except FileNotFoundError:
        script = run_script.RunScript()
    program = next(
        (before for before, word in zip(script.words, script.words[1:], strict=False) if word == "serve"), ""
    )
    if not program:
        raise NotTriedError("no service says which program is the registry")
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise NotTriedError(f"{program} --version does not answer ({type(exc).__name__})") from None
    if (build := read(program, done.stdout or done.stderr)) is None:
        raise NotTriedError(f"{program} --version names no version")
    return build
