"""The runner itself, on checks of the tests' making that end, fail and dawdle as told."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.facts import Options
from glctl.doctor.runner import examine
from glctl.errors import GlctlError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.findings.report import Report


def check(
    name: str,
    *requires: str,
    finds: Sequence[Finding] = (),
    raises: Exception | None = None,
    seconds: float = 0.0,
    **more: Any,
) -> Check:
    def run(_: Facts) -> Generator[Finding, None, str]:
        time.sleep(seconds)
        yield from finds
        if raises:
            raise raises
        return f"{name} looked"

    return Check(name, f"{name}.", run, requires=requires, **more)


ERROR = found("service-down", "registry", "It is down.")
WARNING = found("debug-unreachable", "debug server", "No answer.")
INFO = found("token-insufficient-scope", "registry", "No scope.")


@pytest.fixture
def report(new_facts: Callable[..., Facts]) -> Callable[..., Report]:
    def report(*checks: Check, options: Options | None = None, **given: Any) -> Report:
        return examine("registry", checks, new_facts(options, **given), lambda _: None)

    return report


def ended(report: Report) -> dict[str, tuple[str, str]]:
    return {c.name: (c.outcome, c.because) for c in report.checks}


def test_what_a_check_returns_is_its_note(report: Callable[..., Report]) -> None:
    result = report(check("a"), check("b", finds=[ERROR]), check("c", finds=[INFO]))
    assert ended(result) == {
        "a": ("ok", "a looked"),
        "b": ("finding", "b looked"),
        "c": ("ok", "c looked"),  # only told, not a fault
    }
    assert [(f.code, f.check) for f in result.findings] == [
        ("service-down", "b"),
        ("token-insufficient-scope", "c"),
    ]


def test_the_order_is_that_of_the_checks_whichever_ends_first(report: Callable[..., Report]) -> None:
    names = ["slow", "quick", "slower"]
    checks = [check(n, finds=[WARNING], seconds=s) for n, s in zip(names, (0.05, 0.0, 0.1), strict=True)]
    result = report(*checks)
    assert [c.name for c in result.checks] == names
    assert [f.check for f in result.findings] == names


def test_it_takes_as_long_as_the_slowest_chain_and_not_the_sum(report: Callable[..., Report]) -> None:
    chain = [check("a", seconds=0.1), check("b", "a", seconds=0.1), check("c", "b", seconds=0.1)]
    others = [check(f"other{n}", seconds=0.2) for n in range(20)]
    begun = time.monotonic()
    result = report(*chain, *others)
    assert 0.3 <= time.monotonic() - begun < 2  # the sum is 4.3
    assert 300 <= result.duration_ms < 2000


def test_what_computes_takes_turns_and_what_waits_does_not(report: Callable[..., Report]) -> None:
    under_way: set[str] = set()
    together: set[frozenset[str]] = set()

    def seen(name: str, **more: Any) -> Check:
        def run(_: Facts) -> Generator[Finding, None, str]:
            under_way.add(name)
            time.sleep(0.03)
            together.add(frozenset(under_way))
            under_way.remove(name)
            yield from ()
            return ""

        return replace(check(name, **more), run=run)

    result = report(*(seen(f"computes{n}", computes=True) for n in range(3)), seen("waits"))
    assert {c.outcome for c in result.checks} == {"ok"}
    assert {len(names - {"waits"}) for names in together} <= {0, 1}
    assert any(len(names) == 2 for names in together)


def test_one_that_hangs_does_not_keep_others_from_computing(
    report: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.doctor.runner._TURN", 0.05)
    hanging = check("hangs", seconds=0.5, timeout=0.2, computes=True)
    result = report(hanging, check("a", computes=True, timeout=5), check("b", computes=True, timeout=5))
    assert ended(result)["hangs"][0] == "finding"
    assert ended(result)["a"][0] == ended(result)["b"][0] == "ok"


def test_waiting_costs_no_processor_time(report: Callable[..., Report]) -> None:
    begun = time.process_time()
    report(check("a", seconds=0.3), check("b", "a"))
    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize(
    ("first", "because"),
    [
        (check("first", finds=[ERROR]), "first found an error"),
        (check("first", raises=ValueError()), "first came to no end"),
        (check("first", seconds=1, timeout=0.05), "first came to no end"),
    ],
    ids=["an error", "a crash", "late"],
)
def test_what_requires_a_check_that_failed_is_not_run(
    report: Callable[..., Report], first: Check, because: str
) -> None:
    result = report(first, check("second", "first"), check("third", "second"), check("free"))
    assert ended(result)["second"] == ("not_run", because)
    assert ended(result)["third"] == ("not_run", because)  # the first of the chain, which is to be mended
    assert ended(result)["free"][0] == "ok"


@pytest.mark.parametrize(
    "first",
    [check("first", finds=[WARNING]), check("first", raises=NotTriedError("no")), check("other")],
    ids=["a warning", "not tried", "not chosen"],
)
def test_what_requires_a_check_that_did_not_fail_is_run(report: Callable[..., Report], first: Check) -> None:
    assert ended(report(first, check("second", "first")))["second"][0] == "ok"


def test_one_that_could_not_be_tried_says_why(report: Callable[..., Report]) -> None:
    result = report(check("a", raises=NotTriedError("only root can")))
    assert ended(result)["a"] == ("not_tried", "only root can")
    assert not result.findings


def test_what_was_found_before_it_could_not_go_on_is_kept(report: Callable[..., Report]) -> None:
    result = report(check("a", finds=[ERROR], raises=NotTriedError("no more")))
    assert ended(result)["a"] == ("finding", "no more")
    assert [f.code for f in result.findings] == ["service-down"]


def denied() -> GlctlError:
    error = GlctlError("/key cannot be read: permission denied.")
    error.__cause__ = PermissionError()
    return error


@pytest.mark.parametrize(
    "error", [denied(), PermissionError(13, "Permission denied", "/key")], ids=["said", "raised"]
)
def test_a_missing_permission_is_no_fault_of_the_registrys(
    report: Callable[..., Report], error: Exception
) -> None:
    result = report(check("a", raises=error))
    outcome, because = ended(result)["a"]
    assert outcome == "not_tried"
    assert "/key" in because
    assert because.endswith(": run glctl as root")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (GlctlError("The log is odd.", "Look at it."), "The check a came to no end: The log is odd."),
        (OSError(5, "Input/output error", "/images"), "no end: /images: Input/output error."),
        (OSError("odd"), "no end: the system: OSError."),
        (KeyError("PLANTED"), "no end: KeyError at test_runner.py:"),
    ],
)
def test_a_crash_is_a_result_and_shows_no_value(
    report: Callable[..., Report], error: Exception, said: str
) -> None:
    result = report(check("a", finds=[WARNING], raises=error))
    crash = result.findings[-1]
    assert (crash.code, crash.check, result.ok) == ("check-failed", "a", False)
    assert said in crash.summary
    assert "PLANTED" not in repr(result)
    assert [f.code for f in result.findings] == ["debug-unreachable", "check-failed"]


def test_a_hint_becomes_the_remedy(report: Callable[..., Report]) -> None:
    assert report(check("a", raises=GlctlError("Odd.", "Look."))).findings[0].remedy == "Look."


def test_each_check_has_its_own_time_out(report: Callable[..., Report]) -> None:
    over = threading.Event()

    def dawdle(_: Facts) -> Generator[Finding, None, str]:
        over.wait(2)
        yield from ()
        return "at last"

    begun = time.monotonic()
    late = [replace(check(f"late{n}"), run=dawdle, timeout=0.1) for n in range(20)]
    result = report(*late, check("b", seconds=0.2, timeout=5))
    assert time.monotonic() - begun < 1.5  # twenty dead ends cost one time-out
    over.set()
    assert ended(result)["b"][0] == "ok"
    assert ended(result)["late7"] == ("finding", "no result within 0.1 s")
    assert [f.code for f in result.findings] == ["check-late"] * 20


def test_what_a_late_check_still_says_is_ignored(report: Callable[..., Report]) -> None:
    done = threading.Event()

    def late(_: Facts) -> Generator[Finding, None, str]:
        time.sleep(0.1)
        yield ERROR
        done.set()
        return "at last"

    def other(_: Facts) -> Generator[Finding, None, str]:
        assert done.wait(5)
        time.sleep(0.05)  # for what is put into the queue behind it
        yield from ()
        return "other"

    result = report(replace(check("late"), run=late, timeout=0.02), replace(check("other"), run=other))
    assert ended(result)["other"][0] == "ok"
    assert [f.code for f in result.findings] == ["check-late"]


@pytest.mark.parametrize(
    ("effect", "options", "outcome"),
    [
        ("none", Options(), "ok"),
        ("none", Options(read_only=True), "ok"),
        ("passing", Options(), "ok"),
        ("passing", Options(read_only=True), "not_tried"),
        ("lasting", Options(), "not_tried"),
        ("lasting", Options(write=True), "ok"),
    ],
)
def test_options_decide_what_a_check_may_do(
    report: Callable[..., Report], effect: Any, options: Options, outcome: str
) -> None:
    result = report(check("a", effect=effect), options=options)
    assert ended(result)["a"][0] == outcome


def test_what_makes_no_sense_here_is_not_tried_whatever_the_options(report: Callable[..., Report]) -> None:
    here = check("a", pointless=lambda observed: f"no {observed.source} here", effect="lasting")
    for options in (Options(), Options(write=True)):
        assert ended(report(here, options=options))["a"] == ("not_tried", "no disk here")
    sensible = check("a", pointless=lambda _: "")
    assert ended(report(sensible))["a"][0] == "ok"


def test_without_permission_what_needs_the_file_is_not_tried_and_the_rest_is(
    report: Callable[..., Report],
) -> None:
    needs_it = check("a", pointless=lambda observed: observed.setting("storage") or "")
    result = report(needs_it, check("b", "a"), unread=("/registry/config.yml",))
    assert ended(result)["a"] == (
        "not_tried",
        "/registry/config.yml may not be looked at: run glctl as root",
    )
    assert ended(result)["b"][0] == "ok"


def test_a_check_speaks_for_its_group_where_it_says_so(report: Callable[..., Report]) -> None:
    result = report(check("a"), check("b", speaks=True))
    assert [c.speaks for c in result.checks] == [False, True]


def test_with_a_gitlab_rb_alone_nothing_live_is_tried(report: Callable[..., Report]) -> None:
    result = report(check("live"), check("static", live=False), source="gitlab.rb")
    assert ended(result)["live"] == (
        "not_tried",
        "only a gitlab.rb is examined (--config)",
    )
    assert ended(result)["static"][0] == "ok"


def test_findings_are_linked_and_what_is_over_makes_no_finding(report: Callable[..., Report]) -> None:
    result = report(
        check("storage-writable"),
        check("a", finds=[found("push-failed", "b", "S."), ERROR]),
        check("logs", finds=[found("storage-permission-denied", "registry", "No.")]),
    )
    assert [f.code for f in result.root_causes] == ["service-down"]
    assert ended(result)["logs"][0] == "ok"


def test_progress_names_what_is_under_way(new_facts: Callable[..., Facts]) -> None:
    told: list[list[str]] = []
    checks = [check("a", seconds=0.05), check("b"), check("c", "a")]
    examine("registry", checks, new_facts(), lambda names: told.append(list(names)))
    assert told[0] == ["a", "b"]
    assert told[-1] == ["c"]


def test_no_checks_make_an_empty_report(report: Callable[..., Report]) -> None:
    assert (report().findings, report().checks) == ((), ())


def test_what_comes_after_a_check_waits_for_it_and_is_run_however_it_ends(
    report: Callable[..., Report],
) -> None:
    ends: list[str] = []

    def noted(name: str, seconds: float, *finds: Finding) -> Callable[[Facts], Generator[Finding, None, str]]:
        def run(_: Facts) -> Generator[Finding, None, str]:
            time.sleep(seconds)
            ends.append(name)
            yield from finds
            return ""

        return run

    first = Check("first", "First.", noted("first", 0.05, ERROR))
    second = Check("second", "Second.", noted("second", 0), after=("first", "not chosen"))
    assert ended(report(first, second))["second"][0] == "ok"
    assert ends == ["first", "second"]
