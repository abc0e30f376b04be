"""A small part of the campaign, and that the campaign itself can fail."""

from __future__ import annotations

from pathlib import Path

import campaign
import mutants
import pytest
import reading

from glctl.paths import Root
from glctl.spans import Diagnostic


def test_no_mutated_file_is_too_much_for_check_config() -> None:
    tally = campaign.run_chunk(campaign.Options(mutants=300), 0, 300)
    assert tally.faults == []
    assert sum(tally.outcomes.values()) == 300
    assert tally.outcomes.keys() >= {(kind, ()) for kind in mutants.KINDS}  # of each kind some are accepted


def test_a_mutant_depends_on_its_seed_and_number_alone() -> None:
    files = mutants.originals()
    assert mutants.mutant(1, 2, files) == mutants.mutant(1, 2, files)
    assert len({mutants.mutant(seed, number, files).content for seed in (1, 2) for number in range(50)}) > 95


@pytest.mark.parametrize("kind", mutants.KINDS)
def test_each_mutation_changes_something(kind: str) -> None:
    content = b"roles 'a'\n"
    made = {mutants.KINDS[kind](content, mutants.random.Random(number)) for number in range(20)}
    assert len(made - {content}) > 2


def test_the_constructs_are_whole_before_they_are_mutated(tmp_path: Path) -> None:
    path = Path(mutants.__file__).with_name("constructs.rb")
    assert reading.outcome_of(lambda: reading.check(path, Root(tmp_path))).codes == ()


def _endless() -> tuple[Diagnostic, ...]:
    while True:
        pass


def _raising() -> tuple[Diagnostic, ...]:
    raise RecursionError


@pytest.mark.parametrize(
    ("work", "codes", "told"),
    [
        (_raising, (reading.CRASHED,), "RecursionError"),
        (_endless, (reading.HUNG,), "_endless"),
        (lambda: (Diagnostic("a", "error", ""), Diagnostic("b", "warning", "")), ("a",), ""),
        (lambda: (), (), ""),
    ],
)
def test_exceptions_and_hangs_are_outcomes(
    work, codes: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.1)
    outcome = reading.outcome_of(work)
    assert outcome.codes == codes
    assert told in outcome.traceback
    assert bool(outcome.traceback) == bool(told)


def test_a_campaign_in_which_reading_fails_is_not_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "check", lambda path, root: _raising())
    tally = campaign.run_chunk(campaign.Options(mutants=3), 0, 3)
    assert [(number, what) for number, what, _ in tally.faults] == [(n, reading.CRASHED) for n in range(3)]
    assert not tally.is_good


def test_a_worker_that_grows_is_not_good() -> None:
    tally = campaign.Tally(memory={1: (30, 30)})
    assert tally.is_good
    tally.add(campaign.Tally(memory={1: (90, 90)}))
    assert tally.growth == 60
    assert not tally.is_good
