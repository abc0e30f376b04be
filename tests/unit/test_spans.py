import dataclasses

import pytest

from glctl.spans import Diagnostic, Span


def test_a_span_prints_as_compilers_do() -> None:
    assert str(Span("/etc/gitlab/gitlab.rb", 3, 14, 3, 20)) == "/etc/gitlab/gitlab.rb:3:14"


def test_a_diagnostic_may_have_neither_hint_nor_place() -> None:
    diagnostic = Diagnostic("bad-value", "warning", "not a port")
    assert (diagnostic.hint, diagnostic.span) == ("", None)


def test_spans_and_diagnostics_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Span("a", 1, 1, 1, 2).line = 2
