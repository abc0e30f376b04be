import pytest

from glctl.errors import ConfigError, GlctlError, UsageError
from glctl.spans import Diagnostic

FIRST = Diagnostic("unknown-name", "error", "nobody knows registyr", "Write registry.")
SECOND = Diagnostic("bad-value", "error", "not a port")


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(GlctlError("a"), 1), (UsageError("a"), 2), (ConfigError([FIRST]), 2)],
)
def test_the_class_decides_the_exit_code(error: GlctlError, exit_code: int) -> None:
    assert error.exit_code == exit_code


def test_an_error_has_a_message_and_maybe_a_hint() -> None:
    assert str(GlctlError("it failed", "try again")) == "it failed"
    assert GlctlError("it failed", "try again").hint == "try again"
    assert GlctlError("it failed").hint == ""


def test_a_config_error_holds_every_diagnostic_and_speaks_with_the_first() -> None:
    error = ConfigError(iter([FIRST, SECOND]))
    assert error.diagnostics == (FIRST, SECOND)
    assert (error.message, error.hint) == (FIRST.message, FIRST.hint)
