from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from glctl.findings import report as module
from glctl.findings.catalog import CODES
from glctl.findings.model import CheckResult, Code, Finding, Severity
from glctl.findings.report import RANK, Report, link


def finding(code: str, severity: Severity = "error", check: str = "c", **more: str) -> Finding:
    return Finding(code, check, "subject", severity, f"{code}.", remedy="Do it.", **more)


def linked(*findings: Finding, well: tuple[str, ...] = ()) -> dict[str, str | None]:
    return {f.code: f.explained_by for f in link(findings, [CheckResult(name, "ok") for name in well])}


def report(*findings: Finding) -> Report:
    return Report("registry", link(findings), (), 1.0)


def test_a_consequence_knows_its_cause() -> None:
    assert linked(finding("proxy-bad-gateway"), finding("service-down")) == {
        "proxy-bad-gateway": "service-down",
        "service-down": None,
    }


def test_and_it_is_the_last_one_of_a_chain() -> None:
    assert linked(
        finding("push-failed"),
        finding("registry-unreachable"),
        finding("port-not-listening"),
        finding("port-taken"),
    ) == {
        "push-failed": "port-taken",
        "registry-unreachable": "port-taken",
        "port-not-listening": None,  # a port that is taken is listened on: nothing links the two
        "port-taken": None,
    }


def test_a_link_over_what_was_not_found_does_not_count() -> None:
    """A taken port explains a crash loop, and that a push that failed: here only the ends are there."""
    assert linked(finding("port-taken"), finding("push-failed"))["push-failed"] is None


def test_several_of_one_code_explain_each_what_follows() -> None:
    found = link([finding("port-taken"), finding("port-taken"), finding("service-crash-loop")])
    assert [f.explained_by for f in found] == [None, None, "port-taken"]


@pytest.mark.parametrize(
    ("cause", "consequence", "explained"),
    [
        ("error", "error", True),
        ("error", "warning", True),
        ("warning", "warning", True),
        ("warning", "error", False),  # a disk that is nearly full does not excuse a push that fails
        ("info", "error", False),
        ("info", "warning", False),
    ],
)
def test_a_cause_is_as_grave_as_what_follows(cause: Severity, consequence: Severity, explained: bool) -> None:
    result = linked(finding("storage-full", cause), finding("push-failed", consequence))
    assert result["push-failed"] == ("storage-full" if explained else None)


def test_what_is_only_told_is_left_as_it_is() -> None:
    told = finding("proxy-bad-gateway", "info", "logs")
    assert link([told], [CheckResult("proxy", "ok")]) == (told,)


def test_links_do_not_run_in_circles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue with one would be refused by its own tests; the doctor would still end."""

    def code(name: str, *explains: str) -> Code:
        return Code(name, "M.", "t", "r", "s", explains=explains)

    monkeypatch.setattr(module, "CODES", {"a": code("a", "b"), "b": code("b", "a")})
    assert linked(finding("a"), finding("b")) == {"a": "b", "b": "a"}


def related(name: str) -> set[str]:
    """The codes that are told under *name*, or it under them."""
    under = {other for other in CODES if module._goes_before(name, other)}
    return under | {other for other in CODES if module._goes_before(other, name)}


@pytest.mark.parametrize("name", CODES)
def test_whatever_is_found_each_finding_stands_under_a_root_cause_or_is_one(name: str) -> None:
    """A code and its relations, and theirs, in any number and severity: nothing is lost, nothing circles."""
    chance = Random(name)
    near = sorted({name, *related(name)}.union(*(related(other) for other in related(name))))
    for _ in range(20):
        codes = chance.sample(near, chance.randint(1, min(8, len(near))))
        result = report(*(finding(code, chance.choice(["error", "warning", "info"])) for code in codes))
        roots = {f.code: RANK[f.severity] for f in result.root_causes}
        for each in result.findings:
            assert each.explained_by is None or roots[each.explained_by] <= RANK[each.severity]
        assert roots or all(f.severity == "info" for f in result.findings)


def test_of_several_causes_of_one_consequence_one_is_named_and_all_are_causes() -> None:
    found = link([finding("proxy-bad-gateway"), finding("service-crash-loop"), finding("service-down")])
    assert [f.explained_by for f in found] == ["service-down", None, None]


def test_but_not_what_it_says_of_a_push_that_fails_for_no_other_reason() -> None:
    told = replace(finding("storage-permission-denied", check="logs"), fresh=True)
    results = link([told, finding("push-failed")], [CheckResult("storage-writable", "ok")])
    assert [f.explained_by for f in results] == [None, "storage-permission-denied"]
    others = link(
        [told, finding("push-failed"), finding("s3-refused")], [CheckResult("storage-writable", "ok")]
    )
    assert [f.severity for f in others] == ["info", "error", "error"]  # a check sees why


@pytest.mark.parametrize(
    ("well", "severity"), [(("storage-writable",), "info"), (("storage",), "error"), ((), "error")]
)
def test_what_a_log_says_is_over_where_a_check_tried_it_now(well: tuple[str, ...], severity: str) -> None:
    told = finding("storage-permission-denied", check="logs")
    [result] = link([told], [CheckResult(name, "ok") for name in well])
    assert result.severity == severity
    assert ("that is over" in result.summary) == (severity == "info")
    assert bool(result.remedy) == (severity != "info")


@pytest.mark.parametrize("outcome", ["finding", "not_run", "not_tried"])
def test_a_check_that_was_not_well_disproves_nothing(outcome: str) -> None:
    checks = [CheckResult("storage-writable", outcome)]  # type: ignore[arg-type]  # parametrized
    [result] = link([finding("storage-permission-denied", check="logs")], checks)
    assert result.severity == "error"


def test_root_causes_are_what_nothing_explains_errors_first() -> None:
    result = report(
        finding("clock-not-verified", "warning"),
        finding("push-failed"),
        finding("token-insufficient-scope", "info"),
        finding("service-down"),
    )
    assert [f.code for f in result.root_causes] == ["service-down", "clock-not-verified"]
    assert [f.code for f in result.consequences("service-down")] == ["push-failed"]
    assert result.consequences("clock-not-verified") == ()


@pytest.mark.parametrize(
    ("severities", "ok", "code", "strict"),
    [
        ([], True, 0, 0),
        (["info"], True, 0, 0),
        (["warning", "info"], True, 0, 1),
        (["warning", "error"], False, 1, 1),
    ],
)
def test_the_exit_code(severities: list[Severity], ok: bool, code: int, strict: int) -> None:
    result = report(*(finding("clock-skew", severity) for severity in severities))
    assert (result.ok, result.exit_code(), result.exit_code(strict=True)) == (ok, code, strict)


def test_what_another_check_sees_is_not_over() -> None:
    seen = finding("token-bundle-unreadable", check="token-files")
    [result] = link([seen], [CheckResult("local", "ok")])
    assert result.severity == "error"


def test_what_a_log_says_and_a_check_sees_is_one_cause() -> None:
    seen, said = finding("registry-address-invalid"), finding("registry-address-invalid", check="logs")
    assert [f.explained_by for f in link([seen, said])] == [None, "registry-address-invalid"]
    assert [f.explained_by for f in link([said])] == [None]
