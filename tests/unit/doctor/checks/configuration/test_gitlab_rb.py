from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.configuration.gitlab_rb import CHECK
from glctl.doctor.intended import Intended
from glctl.errors import UsageError
from glctl.spans import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path) -> Path:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    path = tmp_path / "etc/gitlab/gitlab-secrets.json"
    path.write_text("{}")
    return path


def test_secrets_that_are_lost(new_facts: Callable[..., Facts], run: Any, secrets: Path) -> None:
    secrets.unlink()
    [finding], _ = run(CHECK, new_facts(intended=Intended()))
    assert (finding.code, finding.severity) == ("secrets-unreadable", "warning")
    not_kept = Intended(diagnostics=(Diagnostic("secrets-not-kept", "warning", "None are kept."),))
    assert [f.code for f in run(CHECK, new_facts(intended=not_kept))[0]] == ["secrets-not-kept"]


def test_secrets_that_are_damaged_are_told_with_the_place(
    new_facts: Callable[..., Facts], run: Any, secrets: Path
) -> None:
    why = UsageError(f"{secrets}:3:5: the secrets file is not valid JSON.", "Restore it from a backup.")
    [finding], _ = run(CHECK, new_facts(intended=Intended(unreadable=secrets, why=why)))
    assert finding.code == "secrets-unreadable"
    assert finding.summary == f"{secrets}, line 3, column 5: the secrets file is not valid JSON."


@pytest.mark.parametrize(
    ("span", "subject", "summary"),
    [
        (Span("g.rb", 3, 1, 3, 9), "g.rb:3:1", "g.rb:3:1: It is set twice."),
        (None, "gitlab.rb", "It is set twice."),
    ],
)
@pytest.mark.parametrize("source", ["disk", "gitlab.rb"])
def test_what_check_config_says_of_it(
    new_facts: Callable[..., Facts], run: Any, source: str, span: Span | None, subject: str, summary: str
) -> None:
    diagnostics = (Diagnostic("set-twice", "warning", "It is set twice.", "Remove line 2.", span),)
    facts = new_facts(source=source, diagnostics=diagnostics, intended=Intended(None, diagnostics))
    [finding], note = run(CHECK, facts)
    assert (finding.code, finding.severity, finding.subject) == ("set-twice", "warning", subject)
    assert (finding.summary, finding.remedy) == (summary, "Remove line 2.")
    assert note == "1 to say of it"


def test_nothing_to_say(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts(intended=Intended())) == ([], "nothing to say of it")


def test_an_exposed_debug_server_is_told_by_the_check_that_asks_it(
    new_facts: Callable[..., Facts], run: Any
) -> None:
    diagnostics = (Diagnostic("debug-server-exposed", "warning", "It listens."),)
    assert run(CHECK, new_facts(intended=Intended(None, diagnostics)))[0] == []
    [finding], _ = run(CHECK, new_facts(source="gitlab.rb", diagnostics=diagnostics))
    assert finding.code == "debug-server-exposed"


@pytest.mark.parametrize(
    ("name", "there", "code", "severity"),
    [
        ("gitlab.rb", True, "gitlab-rb-unreadable", "error"),
        ("gitlab.rb", False, "gitlab-rb-unreadable", "warning"),
        ("gitlab-secrets.json", True, "secrets-unreadable", "error"),
    ],
)
def test_what_cannot_be_read(
    new_facts: Callable[..., Facts],
    run: Any,
    tmp_path: Path,
    name: str,
    there: bool,
    code: str,
    severity: str,
) -> None:
    path = tmp_path / name
    if there:
        path.touch()
    why = UsageError(f"{path} is empty.", "Restore it.")
    [finding], note = run(CHECK, new_facts(intended=Intended(unreadable=path, why=why)))
    assert (finding.code, finding.severity, finding.subject) == (code, severity, str(path))
    assert (finding.summary, finding.evidence) == (f"{path} is empty.", ("Restore it.",))
    assert note == "cannot be read"
