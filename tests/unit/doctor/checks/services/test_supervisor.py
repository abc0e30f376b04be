from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.services.supervisor import CHECK
from glctl.doctor.watch import Seen
from glctl.services.processes import Process
from glctl.services.runit import Status
from glctl.services.supervisor import Supervisor
from glctl.settings.platform import OMNIBUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

RUNS = Supervisor(Process(7, 1, 1, "runsvdir"))
ALONE = Status("no supervisor")


def test_it_runs(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts(supervisor=RUNS)) == ([], "runsvdir (pid 7)")


def test_it_has_ended_and_what_it_started_goes_on(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(supervisor=None))
    assert (finding.code, finding.severity) == ("supervisor-missing", "warning")


@pytest.mark.parametrize("running", [None, RUNS])
def test_nothing_is_supervised(new_facts: Callable[..., Facts], run: Any, running: Supervisor | None) -> None:
    services = {name: Seen(ALONE, ALONE) for name in ("registry", "nginx")}
    [finding], _ = run(CHECK, new_facts(supervisor=running, services=services))
    assert (finding.code, finding.severity) == ("supervisor-missing", "error")
    assert finding.remedy == "glctl start"


def test_on_an_omnibus_host_systemd_looks_after_it(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(platform=OMNIBUS, supervisor=None))
    assert finding.remedy.startswith("systemctl start gitlab-runsvdir ")


def test_nothing_is_enabled(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="no service is enabled"):
        run(CHECK, new_facts(services={}))
