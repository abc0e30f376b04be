"""The errors a user can meet. The tree stays small: a subclass exists only where the exit code differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.spans import Diagnostic


class GlctlError(Exception):
    """Something failed: *message* says what and where, *hint* what to do next. Never holds a secret."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GlctlError):
    """The command line or what it points at cannot be used (exit 2)."""

    exit_code = 2


class ConfigError(UsageError):
    """gitlab.rb cannot be read or makes no sense; holds every diagnostic, not only the first (exit 2).

    *settings* are the Settings of what could be evaluated all the same, for those who check them, too;
    None where nothing could.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], settings: object | None = None) -> None:
        self.diagnostics = tuple(diagnostics)
        self.settings = settings
        first = next((d for d in self.diagnostics if d.severity == "error"), self.diagnostics[0])
        super().__init__(first.message, first.hint)
