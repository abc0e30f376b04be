"""The part of the campaign that fits into every run of the tests, and the harness itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import confusion
import pytest
from harness import HERE, Fault, Outcome, attempt, faults, judge, load, variants
from stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import Report

FAULTS = {fault.name: fault for fault in faults()}
VARIANTS = {variant.name: variant for variant in variants()}
# Some of each group, the quick ones; the campaign makes them all.
CHOSEN = [
    "registry stopped",
    "images given to root",
    "images missing",
    "disk full",
    "another key",
    "virtual host damaged",
    "authorization stripped",
    "wrong backend",
    "address with scheme",
    "clock behind",
    "certificate expired",
    "s3 get denied",
    "s3 delete denied",
]
TWO_AT_ONCE = [("another key", "nginx stopped")]
HEALTHY = ["http", "s3", "blob unknown", "token with less", "images elsewhere", "no image yet"]


@pytest.fixture(scope="module")
def stacks() -> Iterator[Stacks]:
    with Stacks() as made:
        yield made


def require_right(outcome: Outcome) -> None:
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert not outcome.wrong, "\n".join(outcome.wrong)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_fault_is_found_as_the_root_cause_and_gone_when_repaired(stacks: Stacks, name: str) -> None:
    require_right(attempt(stacks, FAULTS[name]))


@pytest.mark.parametrize("names", TWO_AT_ONCE, ids=" and ".join)
def test_two_faults_at_once_are_both_named(stacks: Stacks, names: tuple[str, str]) -> None:
    require_right(attempt(stacks, *(FAULTS[name] for name in names)))


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_found_on_a_healthy_stack(stacks: Stacks, name: str) -> None:
    require_right(attempt(stacks, VARIANTS[name]))


# --- the harness itself


def test_a_fault_that_names_another_cause_is_wrong(stacks: Stacks) -> None:
    for paragraph in attempt(stacks, replace(FAULTS["images missing"], cause="storage-full")).wrong:
        assert "storage-full is not among the root causes" in paragraph
        assert "storage-missing is a root cause, and nobody made that fault" in paragraph


def test_a_variant_that_is_not_healthy_is_wrong(stacks: Stacks) -> None:
    assert attempt(stacks, replace(FAULTS["images missing"], cause="")).wrong


def test_a_stack_that_is_not_well_again_is_noticed_and_replaced(stacks: Stacks, tmp_path: Path) -> None:
    path = tmp_path / "never_repaired.py"
    path.write_text(
        '"""The images are moved away for good."""\n'
        "import contextlib\n\n"
        "@contextlib.contextmanager\n"
        "def fault(stack):\n"
        "    stack.images.rename(stack.images.with_name('gone'))\n"
        "    yield\n"
    )
    before = stacks["filesystem"]
    outcome = attempt(stacks, Fault(path, "for good", "storage-missing"))
    (why,) = outcome.wrong
    assert why.startswith("afterwards the stack is not well:")
    assert stacks["filesystem"] is not before


def test_what_needs_write_must_be_listed_as_not_tried() -> None:
    fault = replace(FAULTS["host without port"], write_only=("push",))
    found = _report("location-wrong")
    assert judge([fault], _report(push="not_tried"), found) == []
    (missing,) = judge([fault], _report(push="ok"), found)
    assert missing.startswith("push tells it only with --write, and is not listed as not tried")
    assert judge([replace(fault, write_only=())], _report(push="not_tried"), found)


def test_a_consequence_of_what_was_not_made_is_wrong() -> None:
    report = _report("storage-missing")
    finding = {"code": "push-failed", "check": "push", "severity": "error", "explained_by": "storage-full"}
    report["findings"].append(finding)
    (wrong,) = judge([FAULTS["images missing"]], report, _report("storage-missing"))
    said = "push-failed is explained by storage-full, and nobody made that fault"
    assert wrong.startswith(f"by default:\n  {said}\n")


def _report(*causes: str, **outcomes: str) -> Report:
    checks = [{"name": name, "outcome": outcome, "because": ""} for name, outcome in outcomes.items()]
    return {"root_causes": list(causes), "findings": [], "checks": checks}


@pytest.mark.parametrize("name", sorted({**FAULTS, **VARIANTS}))
def test_every_file_says_how_it_is_made_in_one_sentence(name: str) -> None:
    how = {**FAULTS, **VARIANTS}[name].how
    assert how.endswith(".")
    assert "\n\n" not in how


def test_a_file_with_an_unknown_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.py"
    path.write_text('"""Odd."""\nCAUSE = "no-such-code"\n')
    with pytest.raises(AssertionError, match="no-such-code"):
        load(path)


def test_the_table_tells_what_was_missed_and_what_was_told_too_much() -> None:
    fault = FAULTS["images missing"]
    outcome = _outcome(fault, _report("storage-full"), _report("storage-missing", "push-failed"))
    table = confusion.table([outcome])
    assert "| also push-failed | missed: storage-missing | 1.5 |" in table
    assert "of 1 root causes 1 were found (recall 100%), and of 2 that were told 1 were right" in table


def _outcome(fault: Fault, by_default: Report, with_write: Report) -> Outcome:
    return Outcome(
        (fault,), by_default, with_write, tuple(judge([fault], by_default, with_write)), seconds=1.5
    )


def test_all_faults_are_in_one_folder_and_all_variants_in_another() -> None:
    assert all(fault.cause for fault in FAULTS.values())
    assert not any(variant.cause for variant in VARIANTS.values())
    assert {fault.path.parent for fault in FAULTS.values()} == {HERE / "faults"}
