"""Where an exception becomes a message and an exit code. Loaded only when something has failed."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from shlex import quote

import click

import glctl
from glctl.commands.diagnostics import print_diagnostics
from glctl.console import Console, as_called, harmless, wants_color
from glctl.errors import ConfigError, GlctlError
from glctl.patterns import Pattern

# Global options, which click takes before the command only, as they are to be written.
_BEFORE = {
    "--root": "--root DIR",
    "--config": "--config FILE",
    "--color": "--color WHEN",
    "-v": "-v",
    "--verbose": "--verbose",
}
_EXTRA = Pattern(r"unexpected extra argument \((.+)\)")
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


def report_usage(exc: click.ClickException) -> int:
    """Say what is wrong with the command line, then how to go on; returns the exit code."""
    context = exc.ctx if isinstance(exc, click.UsageError) else None
    path = context.command_path if context else "glctl"
    message = exc.format_message()
    message += "" if message.endswith((".", "?", "!")) else "."
    return _say(message, _remedy(exc, path) or f"See: {path} --help", exc.exit_code)


def _remedy(exc: click.ClickException, path: str) -> str:
    """What to write instead, where a global option or a file stands behind the command."""
    command = path.removeprefix("glctl").strip()
    if isinstance(exc, click.NoSuchOption) and exc.option_name in _BEFORE and command:
        return f"It belongs before the command: glctl {_BEFORE[exc.option_name]} {command}"
    file = _EXTRA.search(exc.message)
    if file and command and (file[1].endswith(".rb") or "/" in file[1]):
        return f"To read another file: glctl --config {quote(file[1])} {command}"
    return ""


def _say(message: str, hint: str, code: int) -> int:
    with suppress(OSError):  # where nobody can be told, the exit code tells
        sys.stderr.write(f"glctl: {message}\n" + (f"  -> {hint}\n" if hint else ""))
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
