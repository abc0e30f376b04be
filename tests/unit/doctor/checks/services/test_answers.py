from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Health, Ping
from glctl.clients.failures import Failure
from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.services.answers import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

HEALTHY = Health(Exchange("GET", "u"), {})
SICK = Health(Exchange("GET", "u"), {"storagedriver_filesystem": "stat: permission denied"})


def ping(status: int | None, version: str = "registry/2.0", failure: Failure | None = None) -> Ping:
    return Ping(Exchange("GET", "u", "ping", status, failure=failure, seconds=0.004), version, None)


def test_a_healthy_registry_asks_for_a_token(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CHECK, new_facts(ping_local=ping(401)))
    assert (findings, note) == ([], "http://127.0.0.1:5000/v2/ answers 401 in 4 ms")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            ping(None, "", Failure("refused", "nothing listens at 127.0.0.1:5000 (TCP)")),
            "registry-unreachable",
        ),
        (ping(503), "registry-unhealthy"),
        (ping(200), "registry-not-authenticating"),
        (ping(404), "registry-bad-answer"),
        (ping(401, ""), "registry-bad-answer"),  # somebody else who wants a password
    ],
)
def test_other_answers(new_facts: Callable[..., Facts], run: Any, answer: Ping, code: str) -> None:
    [finding], _ = run(CHECK, new_facts(ping_local=answer, health=HEALTHY))
    assert (finding.code, finding.subject) == (code, "http://127.0.0.1:5000")


@pytest.mark.parametrize(
    ("overrides", "remedy"),
    [((), "glctl reconfigure"), (("REGISTRY_HTTP_PREFIX",), "Remove REGISTRY_HTTP_PREFIX from registry")],
)
def test_one_below_a_prefix(
    new_facts: Callable[..., Facts], run: Any, overrides: tuple[str, ...], remedy: str
) -> None:
    config = {"http": {"addr": "127.0.0.1:5000", "prefix": "/hub/"}}
    [finding], _ = run(CHECK, new_facts(ping_local=ping(404), config=config, overrides=overrides))
    assert finding.summary.startswith("The registry answers below /hub/ only")
    assert finding.remedy.startswith(remedy)


def test_why_it_may_not_answer(new_facts: Callable[..., Facts], run: Any) -> None:
    answer = ping(None, "", Failure("refused", "nothing listens"))
    facts = new_facts(ping_local=answer, unread_changes=("config.yml changed",))
    [finding], _ = run(CHECK, facts)
    assert finding.evidence == ("ping: nothing listens", "config.yml changed")


def test_one_that_is_not_enabled(new_facts: Callable[..., Facts], run: Any) -> None:
    answer = ping(None, "", Failure("refused", "nothing listens"))
    [finding], _ = run(CHECK, new_facts(ping_local=answer, enabled=("nginx",)))
    assert (finding.code, finding.severity) == ("registry-unreachable", "error")
    assert finding.summary.endswith(", and no service is to run it.")
    assert finding.remedy == "Set registry['enable'] = true and run:\nglctl reconfigure"


def test_what_its_health_check_says(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(ping_local=ping(503), health=SICK))
    assert finding.evidence[1:] == ("storagedriver_filesystem: stat: permission denied",)


def test_without_a_debug_server_its_health_is_not_asked(new_facts: Callable[..., Facts], run: Any) -> None:
    config = {"http": {"addr": "127.0.0.1:5000"}}
    [finding], _ = run(CHECK, new_facts(ping_local=ping(503), health=AssertionError(), config=config))
    assert len(finding.evidence) == 1


def test_no_address(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(config={}))
