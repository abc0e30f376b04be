from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Vars
from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.notifications.queue import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

CONFIG = {
    "http": {"debug": {"addr": "127.0.0.1:5001"}},
    "notifications": {"endpoints": [{"name": "hook", "url": "http://127.0.0.1/"}]},
}


def counted(pending: Any) -> Vars:
    endpoint = {"name": "hook", "Metrics": {"Pending": pending, "Failures": 3}}
    return Vars(
        Exchange("GET", "http://127.0.0.1:5001"), {"registry": {"notifications": {"endpoints": [endpoint]}}}
    )


@pytest.mark.parametrize("pending", [0, 99, None])
def test_few_events_wait(new_facts: Callable[..., Facts], run: Any, pending: Any) -> None:
    assert run(CHECK, new_facts(config=CONFIG, vars=counted(pending)))[0] == []


def test_many_events_wait(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], note = run(CHECK, new_facts(config=CONFIG, vars=counted(100)))
    assert (finding.code, finding.subject, finding.evidence) == (
        "notifications-pending",
        "hook",
        ("failures: 3",),
    )
    assert note == "100 events wait"


@pytest.mark.parametrize("values", [None, {}, {"registry": []}, {"registry": {"notifications": {}}}])
def test_a_registry_that_counts_nothing(new_facts: Callable[..., Facts], run: Any, values: Any) -> None:
    assert run(
        CHECK, new_facts(config=CONFIG, vars=Vars(Exchange("GET", "http://127.0.0.1:5001"), values))
    ) == ([], "0 events wait")


def test_no_endpoint(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="names no endpoint"):
        run(CHECK, new_facts())


def test_no_debug_server(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="has none"):
        run(CHECK, new_facts(config={"notifications": CONFIG["notifications"]}))
