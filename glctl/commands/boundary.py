"""Where an exception becomes a message and an exit code. Loaded only when something has failed."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import glctl
from glctl.commands.diagnostics import print_diagnostics
from glctl.console import Console, as_called, harmless, wants_color
from glctl.errors import ConfigError, GlctlError

_SOURCES = Path(glctl.__file__).parent


def report(exc: Exception, called: str = "glctl") -> int:
    """Tell the user what *exc* means; returns the exit code. *called*: how hints name glctl."""
    if isinstance(exc, ConfigError):
        console = Console(color=wants_color("auto", sys.stderr), called=called)
        print_diagnostics(exc.diagnostics, sys.stderr, console)
        return exc.exit_code
    if isinstance(exc, GlctlError):
        return _say(exc.message, as_called(exc.hint, called), exc.exit_code)
    if isinstance(exc, OSError):
        where = f": {harmless(os.fsdecode(exc.filename))}" if isinstance(exc.filename, str | bytes) else ""
        return _say(f"{exc.strerror or exc}{where}", "", 1)
    return _report_bug(exc)


def _say(message: str, hint: str, code: int) -> int:
    sys.stderr.write(f"glctl: {message}\n")
    if hint:
        sys.stderr.write(f"  -> {hint}\n")
    return code


def _report_bug(exc: Exception) -> int:
    """Say that glctl itself failed, with the place and not the values: they may hold secrets."""
    frames = [f for f in traceback.extract_tb(exc.__traceback__) if Path(f.filename).is_relative_to(_SOURCES)]
    where = f"{Path(frames[-1].filename).relative_to(_SOURCES)}:{frames[-1].lineno}" if frames else "?"
    if os.environ.get("GLCTL_DEBUG"):
        traceback.print_exception(exc)
    return _say(
        f"this is a bug in glctl {glctl.__version__}: {type(exc).__name__} at {where}",
        "Please report it with the command you typed. GLCTL_DEBUG=1 shows a traceback (it may hold secrets).",
        1,
    )
