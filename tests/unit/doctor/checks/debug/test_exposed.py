from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.debug.exposed import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


class FakeClient:
    def __init__(self, status: int | None) -> None:
        self.status = status

    def request(self, method: str, url: str, *, step: str) -> Exchange:
        return Exchange(method, url, step, self.status)


def config(address: str) -> dict[str, Any]:
    return {"http": {"debug": {"addr": address}}}


@pytest.mark.parametrize("address", ["127.0.0.1:5001", "[::1]:5001", "localhost:5001", "127.0.0.2:5001"])
def test_an_address_of_this_machine_alone(new_facts: Callable[..., Facts], run: Any, address: str) -> None:
    assert run(CHECK, new_facts(config=config(address)))[0] == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (":5001", "every address"),
        ("0.0.0.0:5001", "every address"),
        ("[::]:5001", "every address"),
        ("10.0.0.1:5001", "10.0.0.1"),
    ],
)
@pytest.mark.parametrize(("status", "profiles"), [(200, 1), (404, 0), (None, 0)])
def test_one_that_others_reach(
    new_facts: Callable[..., Facts],
    run: Any,
    address: str,
    words: str,
    status: int | None,
    profiles: int,
) -> None:
    [finding], _ = run(CHECK, new_facts(config=config(address), client=FakeClient(status)))
    assert (finding.code, finding.severity) == ("debug-server-exposed", "warning")
    assert f"listens on {words}," in finding.summary
    assert len(finding.evidence) == profiles


def test_of_a_gitlab_rb_alone_nobody_is_asked(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(config=config(":5001"), source="gitlab.rb"))
    assert finding.evidence == ()


def test_no_debug_server(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="has none"):
        run(CHECK, new_facts(config={}))
