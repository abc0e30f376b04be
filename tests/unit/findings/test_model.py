import dataclasses

import pytest

from glctl.findings.model import CheckResult, Code, Finding

CODE = Code("clock-off", "The clock is wrong.", "NTP", "Start chrony.", "RFC 5905")
FINDING = Finding("clock-off", "clock", "host", "error", "The clock is 10 minutes ahead.")
RESULT = CheckResult("clock", "ok")


def test_a_code_is_an_error_without_symptoms_or_consequences_unless_it_says_so() -> None:
    assert (CODE.severity, CODE.symptoms, CODE.explains, CODE.interrupts) == ("error", (), (), False)


def test_a_finding_is_a_cause_of_its_own_unless_another_explains_it() -> None:
    assert FINDING.explained_by is None
    assert dataclasses.replace(FINDING, explained_by="host-down").explained_by == "host-down"


@pytest.mark.parametrize("value", [CODE, FINDING, RESULT])
def test_what_was_found_cannot_be_changed(value: object) -> None:
    [first, *_] = dataclasses.fields(value)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, first.name, "other")
