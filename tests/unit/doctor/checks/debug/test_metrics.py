from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.debug.metrics import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


class FakeClient:
    """Serves /metrics."""

    def request(self, method: str, url: str, *, step: str) -> Exchange:
        return Exchange(method, url, step, 200 if url.endswith("5001/metrics") else 404)


def config(prometheus: Any) -> dict[str, Any]:
    return {"http": {"debug": {"addr": "127.0.0.1:5001", "prometheus": prometheus}}}


@pytest.mark.parametrize("path", [{}, {"path": "/metrics"}])
def test_metrics_where_they_are_to_be(
    new_facts: Callable[..., Facts], run: Any, path: dict[str, str]
) -> None:
    facts = new_facts(config=config({"enabled": True, **path}), client=FakeClient())
    findings, note = run(CHECK, facts)
    assert findings == []
    assert note.startswith("http://127.0.0.1:5001/metrics")


def test_metrics_that_are_not_there(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(
        config=config({"enabled": True, "path": "/x"}),
        client=FakeClient(),
        unread_changes=("config.yml changed",),
    )
    [finding], _ = run(CHECK, facts)
    assert (finding.code, finding.subject) == ("metrics-missing", "http://127.0.0.1:5001/x")
    assert finding.evidence[1] == "config.yml changed"


@pytest.mark.parametrize("prometheus", [None, {}, {"enabled": False}])
def test_metrics_that_are_not_enabled(new_facts: Callable[..., Facts], run: Any, prometheus: Any) -> None:
    with pytest.raises(NotTriedError, match="not enable"):
        run(CHECK, new_facts(config=config(prometheus), client=FakeClient()))
