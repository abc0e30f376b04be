from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import postgres
from glctl.clients.failures import Failure
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.database.reachable import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({}, ("127.0.0.1", 5432)),
        ({"host": "db", "port": 6432}, ("db", 6432)),
        ({"host": "/var/opt/gitlab/postgresql"}, "/var/opt/gitlab/postgresql/.s.PGSQL.5432"),
        ({"host": "[::1]", "port": "5433"}, ("::1", 5433)),
    ],
)
def test_where_it_is_asked(
    new_facts: Callable[..., Facts],
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    place: Any,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(postgres, "why_not", asked.append)
    findings, note = run(CHECK, new_facts(config={"database": {"enabled": True, **settings}}))
    assert (findings, asked) == ([], [place])
    assert note.endswith("answers")


@pytest.mark.parametrize(("enabled", "severity"), [(True, "error"), ("prefer", "info")])
def test_it_does_not_answer(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch, enabled: Any, severity: str
) -> None:
    monkeypatch.setattr(postgres, "why_not", lambda _: Failure("refused", "nothing listens there"))
    [finding], _ = run(CHECK, new_facts(config={"database": {"enabled": enabled}}))
    assert (finding.code, finding.severity) == ("database-unreachable", severity)
    assert finding.summary.endswith("nothing listens there.")


def test_it_is_not_enabled(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="not enabled"):
        run(CHECK, new_facts())
