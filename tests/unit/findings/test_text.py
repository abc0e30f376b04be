"""What people read of a report, to the letter: tests/golden/doctor."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.console import Console
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report, link
from glctl.findings.text import to_text

if TYPE_CHECKING:
    from glctl.findings.model import Groups

GOLDEN = Path(__file__).parents[2] / "golden/doctor"
PLAIN, VERBOSE, COLOR = Console(), Console(verbose=True), Console(color=True)


@pytest.mark.parametrize("name", ["well", "ill", "static"])
@pytest.mark.parametrize(
    ("kind", "console"), [("", PLAIN), (".verbose", VERBOSE), (".color", COLOR)], ids=str
)
def test_to_the_letter(
    name: str, kind: str, console: Console, groups: Groups, request: pytest.FixtureRequest
) -> None:
    text = to_text(request.getfixturevalue(name), groups, console)
    file = GOLDEN / f"{name}{kind}.txt"
    if os.environ.get("GLCTL_UPDATE_GOLDEN"):
        file.write_text(f"{text}\n")
    assert text == file.read_text().removesuffix("\n")


def test_all_well_and_several_causes_each_fit_a_screen(well: Report, ill: Report, groups: Groups) -> None:
    for report in (well, ill):
        assert len(to_text(report, groups, PLAIN).splitlines()) <= 24


def test_the_last_line_counts_causes_and_not_what_follows_from_them(ill: Report, groups: Groups) -> None:
    last = to_text(ill, groups, PLAIN).splitlines()[-1]
    assert last.startswith(
        "registry: 3 errors (port-taken, token-refused) and 1 warning (clock-not-verified); "
    )


def test_what_is_pasted_begins_its_line_and_sentences_do_not(groups: Groups) -> None:
    policy = '{\n  "Statement": [\n    {}\n  ]\n}'
    remedy = f"Put this into the key's policy:\n{policy}\nglctl restart registry"
    finding = Finding("s3-access-denied", "s3-put", "s", "error", "No.", remedy=remedy)
    text = to_text(Report("registry", (finding,), (), 1.0), groups, PLAIN)
    assert f"    remedy: Put this into the key's policy:\n{policy}\nglctl restart registry\n" in text


def test_what_is_repaired_alike_is_told_once(groups: Groups) -> None:
    findings = [Finding("storage-full", "storage", "s", "error", f"{n}.", "W.", "R.", ("S.",)) for n in "ab"]
    text = to_text(Report("registry", tuple(findings), (), 1.0), groups, PLAIN)
    assert "error: a. [storage-full]\nerror: b. [storage-full]\n    why:    W.\n    seen:   S.\n" in text
    assert text.count("remedy") == 1
    assert text.splitlines()[-1].startswith("registry: 2 errors (storage-full); ")


@pytest.mark.parametrize(
    ("outcome", "because", "shown"),
    [
        ("not_tried", "there is none here", False),
        ("not_tried", "run glctl as root", True),
        ("not_tried", "--read-only forbids that", True),
        ("not_run", "ports found an error", True),
    ],
)
def test_of_what_was_left_in_a_group_only_what_could_be_tried_is_told(
    groups: Groups, outcome: str, because: str, shown: bool
) -> None:
    left = CheckResult("local", outcome, because)  # type: ignore[arg-type]  # parametrized
    report = Report("registry", (), (CheckResult("ports", "ok", "x"), left), 1.0)
    assert (f"local: {because}" in to_text(report, groups, PLAIN)) == shown
    assert because in to_text(report, groups, VERBOSE)


def test_a_check_whose_findings_are_only_told_is_well(groups: Groups) -> None:
    info = Finding("token-insufficient-scope", "logs", "r", "info", "A scope.")
    report = Report("registry", (info,), (CheckResult("logs", "ok", "1 known problem"),), 1.0)
    text = to_text(report, groups, PLAIN)
    assert text.startswith("ok         logs  1 known problem\n\ninfo: A scope. [token-insufficient-scope]\n")


FOREIGN = "\x1b[2J\x9b31m\u202e\r\nnext\udcff"


def test_foreign_text_never_steers_a_terminal(groups: Groups) -> None:
    finding = Finding("registry-panic", "logs", FOREIGN, "error", FOREIGN, FOREIGN, FOREIGN, (FOREIGN,))
    consequence = Finding("service-crash-loop", "registry-service", "r", "error", FOREIGN)
    checks = (CheckResult("logs", "finding", FOREIGN), CheckResult("ports", "ok", FOREIGN))
    ill = Report("registry", link((finding, consequence)), checks, 1.0)
    well = Report("registry", (), checks[1:], 1.0, usage=(FOREIGN,))
    for report in (ill, well):
        for console in (PLAIN, VERBOSE):
            text = to_text(report, groups, console)
            assert all(character.isprintable() or character == "\n" for character in text)
            is_remedy = report is ill  # whose lines are kept, each harmless by itself
            assert sum(line.startswith("next") for line in text.splitlines()) == is_remedy


def test_with_colour_off_there_is_none(ill: Report, groups: Groups) -> None:
    assert "\x1b" not in to_text(ill, groups, VERBOSE)


def test_only_a_remedy_that_interrupts_is_marked(ill: Report, groups: Groups) -> None:
    [part] = [part for part in to_text(ill, groups, PLAIN).split("\n\n") if "interrupts" in part]
    assert part.startswith("error: A token is refused.")


def test_that_nothing_was_seen_at_work_is_not_called_healthy(well: Report, groups: Groups) -> None:
    assert "Healthy: 5 of 9 checks passed" in to_text(well, groups, PLAIN)
    unseen = to_text(replace(well, usage=()), groups, PLAIN)
    assert unseen.splitlines()[-1].startswith("No fault, as far as it was looked at: 5 of 9")


def test_that_nothing_was_found_well_is_not_called_well(groups: Groups) -> None:
    left = CheckResult("ports", "not_tried", "run glctl as root"), CheckResult("local", "not_run", "x")
    text = to_text(Report("registry", (), left, 1.0), groups, PLAIN)
    last = "Nothing can be told: 0 of 2 checks passed, 1 not run, 1 not tried (0.0 s)."
    assert text.splitlines()[-1] == last
