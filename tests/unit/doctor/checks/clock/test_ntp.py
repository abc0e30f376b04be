from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.ntp import NtpAnswer, NtpFailure, Survey, majority
from glctl.doctor.checks.clock.ntp import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def survey(*offsets: float, silent: int = 0) -> Survey:
    answers = tuple(
        NtpAnswer(f"ntp{n}.example.com", "192.0.2.1", offset, 0.01, 0.02, 2, 0, "GPS")
        for n, offset in enumerate(offsets)
    )
    failures = tuple(NtpFailure(f"s{n}", "timeout", f"no answer from s{n}") for n in range(silent))
    return Survey(answers, failures, majority(answers))


@pytest.mark.parametrize("offset", [0.0, 0.3, -14.9, 15.0])
def test_a_clock_that_is_right_enough(new_facts: Callable[..., Facts], run: Any, offset: float) -> None:
    findings, note = run(CHECK, new_facts(clock=survey(offset)))
    assert findings == []
    assert note == f"{offset:+.3f} s off, by 1 time server"


@pytest.mark.parametrize(
    ("offset", "severity", "said"),
    [
        (15.1, "warning", "15 s behind"),
        (-60.0, "warning", "60 s ahead"),
        (60.5, "error", "60 s behind"),
        (-601.0, "error", "601 s ahead"),
    ],
)
def test_a_clock_that_is_off(
    new_facts: Callable[..., Facts], run: Any, offset: float, severity: str, said: str
) -> None:
    [finding], _ = run(CHECK, new_facts(clock=survey(offset, silent=1)))
    assert (finding.code, finding.severity) == ("clock-skew", severity)
    assert said in finding.summary
    assert finding.evidence == (f"ntp0.example.com: {offset:+.3f} s (stratum 2)", "no answer from s0")


def test_a_liar_is_outvoted_and_named(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CHECK, new_facts(clock=survey(0.01, 600.0, 0.02)))
    assert findings == []
    assert "by 2 time servers; outvoted: ntp1.example.com: +600.000 s (stratum 2)" in note


def test_a_liar_stands_in_the_evidence_of_a_wrong_clock(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(clock=survey(100.0, 0.0, 100.1)))
    assert finding.evidence[1] == "ntp1.example.com: +0.000 s (stratum 2), outvoted"


@pytest.mark.parametrize(
    ("clock", "why"),
    [
        (survey(silent=3), "no time server answered"),
        (survey(0.0, 600.0), "the time servers contradict each other"),
    ],
)
def test_without_a_majority_it_is_not_verified(
    new_facts: Callable[..., Facts], run: Any, clock: Survey, why: str
) -> None:
    [finding], note = run(CHECK, new_facts(clock=clock))
    assert (finding.code, finding.severity, note) == ("clock-not-verified", "warning", "not verified")
    assert why in finding.summary
    assert len(finding.evidence) == len(clock.answers) + len(clock.failures)
