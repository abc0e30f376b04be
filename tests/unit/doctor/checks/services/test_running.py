from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.services.running import LOGROTATE, NGINX, REGISTRY
from glctl.doctor.watch import Seen
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.check import Check
    from glctl.doctor.facts import Facts

DOWN = Status("down", want="up")


def since(status: Status) -> Seen:
    """*status*, entered two minutes ago."""
    aged = replace(status, since=time.time() - 120)
    return Seen(aged, aged)


@pytest.mark.parametrize(("check", "name"), [(REGISTRY, "registry"), (NGINX, "nginx")])
def test_each_is_judged_by_itself(new_facts: Callable[..., Facts], run: Any, check: Check, name: str) -> None:
    facts = new_facts()
    assert run(check, facts)[0] == []
    facts.services()[name] = since(DOWN)
    [finding], _ = run(check, facts)
    assert (finding.code, finding.subject, finding.remedy) == ("service-down", name, f"glctl start {name}")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (DOWN, "registry has been down for 2m 0s."),
        (Status("finish", want="up"), "registry has been down for 2m 0s."),
        (Status("down", want="down"), "on purpose: somebody stopped it."),
        (Status("down", want="down", normally_up=False), "on purpose: a file named down"),
        (Status("run", pid=1, want="up", paused=True), "has been paused for 2m 0s"),
        (Status("no supervisor"), "the supervisor does not look after it"),
    ],
)
def test_how_it_is_down(new_facts: Callable[..., Facts], run: Any, status: Status, said: str) -> None:
    [finding], note = run(REGISTRY, new_facts(services={"registry": since(status)}))
    assert (finding.code, note) == ("service-down", "down")
    assert said in finding.summary


def test_a_crash_loop_with_its_last_words(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(services={"registry": Seen(DOWN, DOWN, looping=True)}, last_words=["panic: no"])
    [finding], _ = run(REGISTRY, facts)
    assert (finding.code, finding.evidence) == ("service-crash-loop", ("panic: no",))
    assert finding.remedy.endswith("\nglctl tail-logs registry")


def test_one_that_is_not_enabled(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="nginx is not enabled here"):
        run(NGINX, new_facts(services={}))


@pytest.mark.parametrize(
    ("seen", "summary"),
    [
        (Seen(DOWN, DOWN), "Logs of nginx grow for ever: logrotate has been down for"),
        (
            Seen(DOWN, DOWN, looping=True),
            "Logs of nginx grow for ever: logrotate ends right after each start.",
        ),
    ],
)
def test_logs_that_are_not_rotated(
    new_facts: Callable[..., Facts], run: Any, seen: Seen, summary: str
) -> None:
    [finding], note = run(LOGROTATE, new_facts(services={"logrotate": seen}, last_words=["it says"]))
    assert (finding.code, finding.severity, note) == ("logrotate-down", "warning", "down")
    assert finding.summary.startswith(summary)
    assert finding.evidence == (("it says",) if seen.looping else ())


def test_logs_that_are(new_facts: Callable[..., Facts], run: Any) -> None:
    up = new_facts().services()["registry"]
    assert run(LOGROTATE, new_facts(services={"logrotate": up}))[0] == []
    with pytest.raises(NotTriedError, match="not enabled"):
        run(LOGROTATE, new_facts(services={}))
