"""JUnit's XML: of the form that Surefire writes, and what CI systems count in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from glctl.findings.junit import to_junit
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report

if TYPE_CHECKING:
    from glctl.findings.model import Groups

# What may stand below and in each element (surefire-test-report.xsd; testsuites: as Jenkins reads it).
BELOW = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"skipped", "error", "failure", "system-out"},
}
COUNTS = {"name", "tests", "failures", "errors", "skipped", "time"}
ATTRIBUTES = {
    "testsuites": COUNTS,
    "testsuite": COUNTS,
    "testcase": {"classname", "name", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
    "system-out": set(),
}


def parsed(text: str) -> ElementTree.Element:
    """The document, which is of the form."""
    assert text.isascii()
    top = ElementTree.fromstring(text)
    assert top.tag == "testsuites"
    for element in top.iter():
        assert {child.tag for child in element} <= BELOW.get(element.tag, set())
        assert set(element.attrib) == ATTRIBUTES[element.tag]
    for suite in (top, *top.iter("testsuite")):
        for attribute, kind in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(suite.attrib[attribute]) == len(list(suite.iter(kind)))
    for case in top.iter("testcase"):
        assert sum(child.tag != "system-out" for child in case) <= 1
    return top


def cases(top: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {case.attrib["name"]: case for case in top.iter("testcase")}


@pytest.mark.parametrize("name", ["well", "ill", "static"])
def test_it_has_the_form_and_a_case_for_each_check(
    name: str, groups: Groups, request: pytest.FixtureRequest
) -> None:
    report = request.getfixturevalue(name)
    found = set(cases(parsed(to_junit(report, groups))))
    assert found == {check.name for check in report.checks if check.name != "configuration"}


def test_a_parser_of_its_own_reads_it(ill: Report, groups: Groups) -> None:
    junitparser = pytest.importorskip("junitparser")
    read = junitparser.JUnitXml.fromstring(to_junit(ill, groups).encode())
    assert (read.tests, read.failures, read.errors, read.skipped) == (12, 3, 0, 6)
    assert [suite.name for suite in read][:2] == ["clock", "services"]


def test_an_error_is_a_failure_with_its_cause_and_remedy(ill: Report, groups: Groups) -> None:
    found = cases(parsed(to_junit(ill, groups)))
    [failure] = [child for child in found["ports"] if child.tag == "failure"]
    assert failure.attrib["type"] == "port-taken"
    assert failure.attrib["message"] == "Port 5000 (registry) is held by python3 (pid 7)."
    assert "Port 5050" in (failure.text or "")
    assert "\nremedy:\nStop that process" in (failure.text or "")
    loop = found["registry-service"].find("failure")
    assert loop is not None
    assert "follows from: port-taken" in (loop.text or "")


def test_a_warning_fails_only_where_it_makes_the_exit_code(ill: Report, groups: Groups) -> None:
    relaxed, strict = (cases(parsed(to_junit(ill, groups, strict=s)))["clock"] for s in (False, True))
    assert relaxed.find("failure") is None
    assert "clock-not-verified" in (relaxed.findtext("system-out") or "")
    assert strict.find("failure") is not None


def test_a_check_that_came_to_no_end_is_an_error(groups: Groups) -> None:
    finding = Finding("check-late", "clock", "clock", "error", "It came to no end.")
    report = Report("registry", (finding,), (CheckResult("clock", "finding"),), 1.0)
    assert cases(parsed(to_junit(report, groups)))["clock"].find("error") is not None


def test_what_was_left_is_skipped_and_says_why(ill: Report, groups: Groups) -> None:
    skipped = cases(parsed(to_junit(ill, groups)))["local"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "not run: registry-service found an error"


def test_what_xml_cannot_hold_is_written_out(groups: Groups) -> None:
    foreign = "\x00\x1b[2J]]>&<\udcff\ufffe"
    finding = Finding("registry-panic", "logs", foreign, "error", foreign, foreign, foreign, (foreign,))
    report = Report("registry", (finding,), (CheckResult("logs", "finding", foreign),), 1.0)
    [failure] = parsed(to_junit(report, groups)).iter("failure")
    assert failure.attrib["message"] == r"\x00\x1b[2J]]>&<\udcff\ufffe"
