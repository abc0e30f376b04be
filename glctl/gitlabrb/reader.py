"""gitlab.rb in, Settings out. Ruby is never run."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.errors import ConfigError, UsageError
from glctl.gitlabrb import codes
from glctl.gitlabrb.evaluator import Evaluator
from glctl.gitlabrb.grammar import KINDS
from glctl.gitlabrb.limits import MAX_BYTES, LimitError
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.source import Source, check_size
from glctl.gitlabrb.syntax import parse
from glctl.spans import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from glctl.gitlabrb.model import Names, Settings

_WAIT_SECONDS = 10  # for what a pipe gives (``--config <(…)``)
# Told only of a file that can be read as a whole: they depend on what a broken statement may have set.
_DEPENDENT = frozenset({codes.TYPE_ERROR, codes.HASH_IN_TEXT})


def read(
    path: Path, names: Names, *, environ: Mapping[str, str] | None = None, outside: Outside | None = None
) -> Settings:
    """The Settings of the file *path*.

    Raises UsageError if it cannot be read, ConfigError for what it holds. Spans name *path* as it is given.
    """
    return evaluate(as_text(path, content(path)), str(path), names, environ=environ, outside=outside)


def evaluate(
    text: str,
    file: str,
    names: Names,
    *,
    environ: Mapping[str, str] | None = None,
    outside: Outside | None = None,
) -> Settings:
    """The Settings that *text* makes; *file* is what spans call it, *outside* what it may ask of the host:
    without that, nothing but what *environ* says that ``ENV`` reads.

    Raises ConfigError with all that is wrong, in the order of the text, and the Settings of the rest: a value
    that could not be worked out is left out of them, and its span stays.
    """
    source = Source(text, file)
    diagnostics: list[Diagnostic] = []
    evaluator = Evaluator(source, KINDS, names, outside or Outside(environ or {}), diagnostics)
    settings: Settings | None = None
    try:
        check_size(source.text)
        parsed = parse(source, names, diagnostics)
        broken = bool(diagnostics)
        evaluator.run(parsed)
        if broken:
            diagnostics[:] = [each for each in diagnostics if each.code not in _DEPENDENT]
        settings = evaluator.configuration.settings()
    except LimitError as limit:
        diagnostics.append(limit.diagnostic(evaluator.here or Span(file, 1, 1, 1, 2)))
    except RecursionError:  # blocks in blocks take more of Python's frames than other levels
        deep = LimitError(codes.TOO_DEEP, "blocks are nested too deep here", "Nest them less.")
        diagnostics.append(deep.diagnostic(evaluator.here or Span(file, 1, 1, 1, 2)))
    diagnostics.sort(key=lambda each: _position(each, file))
    if settings is None or any(each.severity == "error" for each in diagnostics):
        raise ConfigError(diagnostics, settings)
    return replace(settings, warnings=tuple(diagnostics))


def _position(diagnostic: Diagnostic, file: str) -> tuple[bool, str, int, int]:
    """What is told of *file* itself comes first."""
    span = diagnostic.span
    return (span.file != file, span.file, span.line, span.column) if span else (False, "", 0, 0)


def content(path: Path) -> bytes:
    """The bytes of the file, of which not more are read than it may have. Raises UsageError."""
    try:
        # A pipe that nobody writes to would be waited for without end.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISFIFO(status.st_mode):
                _wait_for_writer(path, file.fileno())
            os.set_blocking(file.fileno(), True)
            found = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise UsageError(f"{path} is a directory.", f"Name the file in it: {path / 'gitlab.rb'}") from None
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist.", "Write it, or name another file with --config.") from None
    except PermissionError:
        raise UsageError(
            f"{path} may not be read by this user.", "Use sudo, or name another file with --config."
        ) from None
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise UsageError(f"{path} cannot be read: {reason}.", "Name another file with --config.") from None
    if len(found) > MAX_BYTES:
        raise UsageError(
            f"{path} has {max(status.st_size, len(found)):,} bytes, and {MAX_BYTES:,} are read at most.",
            "Is this the right file? A gitlab.rb has some thousand lines at most.",
        )
    return found


def _wait_for_writer(path: Path, descriptor: int) -> None:
    """Return when a pipe has something to read. Raises UsageError where nobody writes to it."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(_WAIT_SECONDS * 1000):
        raise UsageError(
            f"{path} is a pipe, to which nobody wrote within {_WAIT_SECONDS} seconds.",
            "Name a file with --config.",
        )


def as_text(path: Path, content: bytes) -> str:
    """The content of the file *path* as text. Raises ConfigError at the first byte that is none."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not utf_16:  # told first: no other encoding makes text of a program
        before = content[: content.index(b"\0")].decode(errors="replace")
        raise ConfigError([_not_text(path, before, "a NUL byte", "Is this the right file? Remove the byte.")])
    try:
        return content.decode()
    except UnicodeDecodeError as exc:
        before = content[: exc.start].decode()
        hint = "Save the file as UTF-8, or try: iconv -f latin1 -t utf-8"
        if utf_16:
            hint = "The file is UTF-16. Save it as UTF-8, or try: iconv -f utf-16 -t utf-8"
        raise ConfigError(
            [_not_text(path, before, f"the byte 0x{content[exc.start]:02x} is not UTF-8", hint)]
        ) from None


def _not_text(path: Path, before: str, message: str, hint: str) -> Diagnostic:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Diagnostic(codes.NOT_TEXT, "error", message, hint, Span(str(path), line, column, line, column + 1))
