"""Sockets of this process stand for another's; what belongs to a runsvdir is told in tests/integration."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.services.ports import CHECK
from glctl.doctor.watch import Seen
from glctl.services import ports
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glctl.doctor.facts import Facts

DOWN = Status("down", want="down")


@pytest.fixture
def port() -> Iterator[int]:
    """One that this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with ExitStack() as stack:
        probe = stack.enter_context(socket.socket())
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def config(port: int) -> dict[str, Any]:
    return {"http": {"addr": f"127.0.0.1:{port}"}}


@pytest.mark.parametrize("up", [True, False])
def test_one_that_somebody_else_holds(new_facts: Callable[..., Facts], run: Any, port: int, up: bool) -> None:
    services = {} if up else {"services": {"registry": Seen(DOWN, DOWN)}}
    [finding], note = run(CHECK, new_facts(config=config(port), vhost=None, **services))
    assert (finding.code, finding.subject, note) == ("port-taken", "registry", f"registry {port}")
    assert f"Port {port} (registry) is held by " in finding.summary
    assert f"(pid {os.getpid()})" in finding.summary
    assert "registry['registry_http_addr']" in finding.remedy


def test_one_that_nobody_listens_on(new_facts: Callable[..., Facts], run: Any, free: int) -> None:
    facts = new_facts(config=config(free), vhost=None, unread_changes=("config.yml changed",))
    [finding], _ = run(CHECK, facts)
    assert (finding.code, finding.remedy) == ("port-not-listening", "glctl restart registry")
    assert finding.evidence == ("config.yml changed",)


def test_that_is_no_finding_where_the_service_is_down(
    new_facts: Callable[..., Facts], run: Any, free: int
) -> None:
    facts = new_facts(config=config(free), vhost=None, services={"registry": Seen(DOWN, DOWN)})
    assert run(CHECK, facts)[0] == []


def test_what_is_not_enabled_needs_no_port(new_facts: Callable[..., Facts], run: Any, port: int) -> None:
    assert run(CHECK, new_facts(config=config(port), enabled=())) == ([], "")


@pytest.mark.parametrize(("up", "codes"), [(True, []), (False, ["port-taken"])])
def test_a_holder_that_may_not_be_seen_is_ours_while_the_service_runs(
    new_facts: Callable[..., Facts],
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    up: bool,
    codes: list[str],
) -> None:
    """As an unprivileged user sees what root listens on."""
    hidden = ports.Listener("127.0.0.1", 5000, 0, ())
    monkeypatch.setattr(ports, "listeners", lambda _: (hidden,))
    services = {} if up else {"services": {"registry": Seen(DOWN, DOWN)}}
    findings, _ = run(CHECK, new_facts(config=config(5000), vhost=None, **services))
    assert [finding.code for finding in findings] == codes
