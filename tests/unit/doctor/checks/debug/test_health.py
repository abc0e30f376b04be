from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Health, Vars
from glctl.clients.failures import Failure
from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.debug.health import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

ANSWER = Exchange("GET", "u", "health", 200)
REFUSED = Exchange("GET", "u", "health", failure=Failure("refused", "nothing listens"))
GOOD, NO_VARS = Vars(ANSWER, {"cmdline": []}), Vars(REFUSED, None)


def test_healthy(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CHECK, new_facts(health=Health(ANSWER, {}), vars=GOOD))
    assert findings == []
    assert "does not try to write" in note


@pytest.mark.parametrize(("health", "values"), [(Health(REFUSED, None), GOOD), (Health(ANSWER, {}), NO_VARS)])
def test_no_answer(new_facts: Callable[..., Facts], run: Any, health: Health, values: Vars) -> None:
    facts = new_facts(health=health, vars=values, unread_changes=("config.yml changed",))
    [finding], note = run(CHECK, facts)
    assert (finding.code, finding.severity, note) == ("debug-unreachable", "warning", "no answer")
    assert finding.evidence == ("health: nothing listens", "config.yml changed")


def test_unhealthy(new_facts: Callable[..., Facts], run: Any) -> None:
    sick = Health(ANSWER, {"storagedriver_s3": "AccessDenied"})
    [finding], _ = run(CHECK, new_facts(health=sick, vars=GOOD))
    assert (finding.code, finding.evidence) == ("registry-unhealthy", ("storagedriver_s3: AccessDenied",))


def test_none_is_configured(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="debug_addr"):
        run(CHECK, new_facts(config={"http": {"addr": ":5000"}}))
