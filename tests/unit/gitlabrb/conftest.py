"""What the tests of reading a gitlab.rb share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.errors import ConfigError
from glctl.gitlabrb.model import Names
from glctl.gitlabrb.reader import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.gitlabrb.model import Settings
    from glctl.spans import Diagnostic

NAMES = Names(
    values=frozenset({"external_url", "registry_external_url", "roles"}),
    hashes=frozenset({"registry", "nginx", "gitlab_rails", "git_data_dirs"}),
)
ENVIRON = {"HOST": "host.example.com", "LATIN1": "caf\udce9"}


@pytest.fixture
def names() -> Names:
    """Some names of settings."""
    return NAMES


@pytest.fixture
def settings() -> Callable[[str], Settings]:
    """Gives the Settings that a text makes."""
    return lambda text: evaluate(text, "gitlab.rb", NAMES, environ=ENVIRON)


@pytest.fixture
def value() -> Callable[[str], Any]:
    """Gives the value of an expression, as a setting has it."""

    def evaluated(expression: str) -> Any:
        text = f"registry['v'] = {expression}"
        return evaluate(text, "gitlab.rb", NAMES, environ=ENVIRON).get("registry", "v")

    return evaluated


@pytest.fixture
def told() -> Callable[[str], list[str]]:
    """Gives what is told about a text: ``line:column-end severity code: message -> hint``."""

    def lines(text: str) -> list[str]:
        diagnostics: tuple[Diagnostic, ...]
        try:
            diagnostics = evaluate(text, "gitlab.rb", NAMES, environ=ENVIRON).warnings
        except ConfigError as error:
            diagnostics = error.diagnostics
        return [_line(diagnostic) for diagnostic in diagnostics]

    return lines


def _line(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    assert span is not None
    end = span.end_column if span.end_line == span.line else f"{span.end_line}:{span.end_column}"
    place = f"{span.line}:{span.column}-{end}"
    return f"{place} {diagnostic.severity} {diagnostic.code}: {diagnostic.message} -> {diagnostic.hint}"
