from __future__ import annotations

import pytest

from glctl.doctor.choice import choose, names
from glctl.doctor.targets import GROUPS, TARGETS
from glctl.errors import UsageError
from glctl.findings.catalog import CODES
from glctl.findings.found import found
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report, link


def finding(code: str, check: str) -> Finding:
    made = found(code, "subject", "S.")
    return Finding(code, check, made.subject, made.severity, made.summary)


REPORT = Report(
    "registry",
    link(
        (
            finding("service-down", "registry-service"),
            finding("proxy-bad-gateway", "proxy"),
            finding("clock-not-verified", "clock"),
        )
    ),
    tuple(CheckResult(name, "finding") for name in ("clock", "registry-service", "proxy")),
    1.0,
)


def chosen(only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> list[str]:
    return [check.name for check in choose("registry", only, skip).checks]


def left(only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> list[str]:
    return [f.code for f in choose("registry", only, skip).of(REPORT).findings]


ALL = [check.name for check in TARGETS["registry"]]


def test_without_options_everything_is_chosen() -> None:
    assert choose("registry").checks == TARGETS["registry"]
    assert choose("registry").of(REPORT) is REPORT


@pytest.mark.parametrize("code", ["storage-full", "push-failed"])
def test_only_a_look_at_everything_is_whole(code: str) -> None:
    assert choose("registry").is_whole
    assert not choose("registry", only=(code,)).is_whole
    assert not choose("registry", skip=(code,)).is_whole
    assert not choose("registry", skip=("s3",)).is_whole


def test_a_group_a_check_and_what_they_require() -> None:
    assert chosen(only=("clock",)) == [check.name for check in GROUPS["registry"]["clock"]]
    token = chosen(only=("token",))
    assert {"token", "local", "registry-service", "supervisor", "configuration"} <= set(token)
    assert "proxy" not in token
    assert token == [name for name in ALL if name in token]  # in the order in which they are run


def test_a_code_may_be_found_by_any_check() -> None:
    assert chosen(only=("clock-skew",)) == ALL


def test_what_is_skipped() -> None:
    services = {check.name for check in GROUPS["registry"]["services"]}
    assert chosen(skip=("services",)) == [name for name in ALL if name not in services]
    assert chosen(skip=("local",)) == [name for name in ALL if name != "local"]
    assert chosen(skip=("clock-skew",)) == ALL
    assert chosen(only=("services",), skip=("local",)) == [
        name for name in chosen(only=("services",)) if name != "local"
    ]


@pytest.mark.parametrize(
    ("only", "skip"),
    [
        (("tokens",), ("tokens",)),
        (("token",), ("tokens",)),
        (("clock-skew",), ("clock-skew",)),
        (("clock-skew", "token"), ("token", "clock-skew")),
        ((), tuple(GROUPS["registry"])),
    ],
)
def test_nothing_is_left(only: tuple[str, ...], skip: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="Nothing is left"):
        choose("registry", only, skip)


@pytest.mark.parametrize(
    ("only", "skip", "codes"),
    [
        (("clock-not-verified",), (), ["clock-not-verified"]),
        (("service-down",), (), ["service-down"]),
        (("proxy-bad-gateway",), (), ["service-down", "proxy-bad-gateway"]),  # with its cause
        (("clock-skew",), (), []),
        (("clock-skew", "proxy"), (), ["service-down", "proxy-bad-gateway"]),
        ((), ("clock-not-verified",), ["service-down", "proxy-bad-gateway"]),
        ((), ("service-down",), ["clock-not-verified"]),  # with what follows from it
        ((), ("proxy-bad-gateway",), ["service-down", "clock-not-verified"]),
        (("proxy-bad-gateway",), ("service-down",), []),
    ],
)
def test_which_findings_count(only: tuple[str, ...], skip: tuple[str, ...], codes: list[str]) -> None:
    assert left(only, skip) == codes


def test_a_check_all_of_whose_findings_are_left_out_has_not_passed() -> None:
    report = choose("registry", (), ("clock-not-verified",)).of(REPORT)
    assert [(c.name, c.outcome) for c in report.checks] == [
        ("clock", "not_tried"),
        ("registry-service", "finding"),
        ("proxy", "finding"),
    ]


@pytest.mark.parametrize(
    ("name", "near"), [("clok", "clock"), ("tokns", "tokens"), ("clock-scew", "clock-skew"), ("?", "--list")]
)
@pytest.mark.parametrize("option", ["only", "skip"])
def test_an_unknown_name(option: str, name: str, near: str) -> None:
    with pytest.raises(UsageError, match="There is no group, check or code") as caught:
        choose("registry", **{option: (name,)})
    assert near in caught.value.hint


def test_a_time_out_is_that_of_each_check() -> None:
    assert {check.timeout for check in choose("registry", timeout=0.5).checks} == {0.5}


def test_all_names_are_known_once() -> None:
    known = names("registry")
    assert len(set(known)) == len(known)
    assert {*GROUPS["registry"], *ALL, *CODES} == set(known)
