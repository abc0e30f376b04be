from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.configuration.readable import CHECK
from glctl.spans import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def test_settings_that_can_be_read(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts()) == ([], "/registry/config.yml")


def test_settings_that_cannot(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(problem="line 2, column 1: it is no YAML"))
    assert (finding.code, finding.subject) == ("registry-config-invalid", "/registry/config.yml")
    assert "cannot read its /registry/config.yml: line 2, column 1: it is no YAML." in finding.summary
    assert finding.remedy == "glctl reconfigure"


@pytest.mark.parametrize(
    ("span", "subject", "summary"),
    [
        (Span("g.rb", 3, 1, 3, 9), "g.rb:3:1", "g.rb:3:1: It is set twice."),
        (None, "gitlab.rb", "It is set twice."),
    ],
)
def test_what_check_config_warns_of_in_a_gitlab_rb(
    new_facts: Callable[..., Facts], run: Any, span: Span | None, subject: str, summary: str
) -> None:
    diagnostic = Diagnostic("set-twice", "warning", "It is set twice.", "Remove line 2.", span)
    [finding], note = run(CHECK, new_facts(source="gitlab.rb", diagnostics=(diagnostic,)))
    assert (finding.code, finding.severity, finding.subject) == ("set-twice", "warning", subject)
    assert (finding.summary, finding.remedy) == (summary, "Remove line 2.")
    assert note == "as gitlab.rb would make it"
