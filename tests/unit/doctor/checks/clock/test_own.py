from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.clock.own import CHECK
from glctl.doctor.clocks import Clock
from glctl.services import timekeeping

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


@pytest.fixture(autouse=True)
def keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timekeeping, "state", lambda: "chronyd runs here")
    monkeypatch.setattr(timekeeping, "remedy", lambda: "chronyc makestep")


@pytest.mark.parametrize("offset", [0.0, 0.3, -14.9, 15.0])
def test_a_clock_that_is_right_enough(new_facts: Callable[..., Facts], run: Any, offset: float) -> None:
    findings, note = run(
        CHECK, new_facts(clock=Clock(offset, "2 time servers", outvoted=("liar: +600.000 s",)))
    )
    assert findings == []
    assert note == f"{offset:+.3f} s off, by 2 time servers; outvoted: liar: +600.000 s"


@pytest.mark.parametrize(
    ("offset", "severity", "said", "broken"),
    [
        (15.1, "warning", "15 s behind", "From 60 s on the registry refuses"),
        (-60.0, "warning", "60 s ahead", "From 60 s on"),
        (60.5, "error", "60 s behind", "refuses GitLab's tokens; from 900 s on"),
        (-601.0, "error", "601 s ahead", "refuses GitLab's tokens; from 900 s on"),
        (901.0, "error", "901 s behind", "S3 refuses the registry's requests"),
    ],
)
def test_a_clock_that_is_off(
    new_facts: Callable[..., Facts], run: Any, offset: float, severity: str, said: str, broken: str
) -> None:
    [finding], _ = run(CHECK, new_facts(clock=Clock(offset, "2 time servers", evidence=("a: +1 s",))))
    assert (finding.code, finding.severity) == ("clock-skew", severity)
    assert said in finding.summary
    assert broken in finding.cause
    assert finding.remedy == "chronyc makestep"
    assert finding.evidence == ("a: +1 s", "chronyd runs here")


def test_one_witness_alone_may_be_wrong(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(clock=Clock(100.0, "1 time server", alone=True)))
    assert finding.cause.endswith("Only one clock says so: it may be wrong itself.")


def test_not_verified_is_never_ok(new_facts: Callable[..., Facts], run: Any) -> None:
    clock = Clock(None, why_not="no time server answered", evidence=("no answer from s0",))
    [finding], note = run(CHECK, new_facts(clock=clock))
    assert (finding.code, finding.severity, note) == ("clock-not-verified", "warning", "not verified")
    assert "no time server answered" in finding.summary
    assert finding.evidence == ("no answer from s0", "chronyd runs here")
