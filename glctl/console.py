"""What reaches the terminal: colour, results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Literal

from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

ColorMode = Literal["auto", "always", "never"]

_CODES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36", "bold": "1", "dim": "2"}


# A command of glctl in a text for the user; a sentence about glctl goes on with another word.
VERBS = (
    "reconfigure render check-config diff-config explain show-config status start stop restart reload hup "
    "int term kill usr1 usr2 once service-list down history rollback doctor tail-logs scan-logs "
    "registry-garbage-collect trace why"
).split()
_COMMAND = rf"(?<![\w/.-])glctl(?= (?:{'|'.join(VERBS)})(?![\w-]))"  # compiled where it is needed

_FOREIGN = Pattern(r"[^\t -~]+")


@dataclass(frozen=True, slots=True)
class Console:
    """Knows whether to colour, how much to say, and how this run was called (``glctl --root DIR``).

    Made once by the command line, handed down.
    """

    color: bool = False
    verbose: bool = False
    called: str = "glctl"

    def paint(self, text: str, *styles: str) -> str:
        """*text* in the named styles, or unchanged where colour is off."""
        if not self.color or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def out(self, text: str = "") -> None:
        """A line of the result."""
        with stdout_named():
            sys.stdout.write(text + "\n")

    def note(self, text: str) -> None:
        """A line of progress or explanation. That nobody reads it is no reason to stop half-way."""
        with suppress(OSError):
            sys.stderr.write(as_called(text, self.called) + "\n")
            sys.stderr.flush()


@contextmanager
def stdout_named() -> Iterator[None]:
    """Say of an OSError in it that it is of stdout. That its reader has gone is known without."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        exc.filename = "standard output"
        raise


def as_called(text: str, called: str) -> str:
    """*text* with the commands of glctl in it as they are to be typed: with this run's ``--root``."""
    return text if called == "glctl" else re.sub(_COMMAND, lambda _: called, text)


def wants_color(mode: ColorMode, stream: IO[str]) -> bool:
    """Whether to colour what goes to *stream*: ``NO_COLOR`` and pipes turn ``auto`` off (no-color.org)."""
    if mode == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return mode == "always"


def harmless(text: str) -> str:
    """*text* with control characters made visible: foreign bytes never steer the reader's terminal."""
    if text.isprintable():
        return text
    return _FOREIGN.sub(_shown, text)


def _shown(foreign: re.Match[str]) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in foreign[0])
