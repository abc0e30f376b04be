"""A seeded part of the kill table, and that what it looks at can fail."""

from __future__ import annotations

import os
import random
import signal
import stat
import sys
from typing import TYPE_CHECKING

import kill_report
import kill_table
import pytest
import tracer
from bench import DISTURBANCES, FAULTY, HELD, NOT_REACHED, Result, bench
from points import At, Listing, Points
from scenarios import SCENARIOS, Scenario
from state import DOWN, State, torn

from glctl.paths import STATE_DIR

if TYPE_CHECKING:
    from pathlib import Path

_SEED = 6
# Who is not root cannot take a port away from a registry that runs as somebody else.
pytestmark = pytest.mark.skipif(not tracer.IS_SUPPORTED or os.geteuid() != 0, reason="needs root, on x86_64")


@pytest.mark.timeout(300)  # services that do not come up are waited for, several times
@pytest.mark.parametrize("number", range(len(SCENARIOS)), ids=[each.name for each in SCENARIOS])
def test_what_is_disturbed_is_old_or_new_and_then_as_if_nothing_had_been(number: int) -> None:
    scenario = SCENARIOS[number]
    with bench(scenario) as working:
        point = random.Random(_SEED + number).choice(working.points)
        result = working.attempt(point, DISTURBANCES[number % len(DISTURBANCES)])
    assert (result.outcome, result.why) == (HELD, ())


# --- the tracer

SCRIPT = """
import os, subprocess, sys
folder = sys.argv[1]
os.mkdir(folder + "/one")
try:
    os.mkdir(folder + "/two")
except OSError as exc:
    print(exc.strerror)
try:
    done = subprocess.run(["/bin/true"]).returncode
except OSError as exc:
    done = exc.strerror
print(done)
os.mkdir(folder + "/three")
"""


def traced(folder: Path, point: str, disturbance: str) -> tuple[tracer.Ended, list[str], str]:
    """The script, disturbed: how it ended, the directories that it made, what it said."""
    at = At(Points(folder, folder / "tmp"), point, disturbance)
    ended = tracer.run([sys.executable, "-c", SCRIPT, str(folder)], {}, folder / "output", at.decide, 10)
    made = sorted(path.name for path in folder.iterdir() if path.is_dir())
    return ended, made, (folder / "output").read_text()


def test_points_are_listed_in_their_order(tmp_path: Path) -> None:
    listing = Listing(Points(tmp_path, tmp_path / "tmp"))
    command = [sys.executable, "-B", "-c", SCRIPT, str(tmp_path)]
    assert tracer.run(command, {}, tmp_path / "output", listing.decide, 10) == tracer.Ended(0, False)
    assert [point for point in listing.found if "mkdir" in point or "execve" in point] == [
        "mkdir /one #1",
        "mkdir /two #1",
        "execve /bin/true #1",
        "mkdir /three #1",
    ]


def test_a_kill_comes_before_the_call(tmp_path: Path) -> None:
    ended, made, _ = traced(tmp_path, "mkdir /two #1", tracer.KILL)
    assert ended == tracer.Ended(-signal.SIGKILL, True)
    assert made == ["one"]


def test_a_call_that_fails_is_not_made_and_the_rest_is(tmp_path: Path) -> None:
    ended, made, said = traced(tmp_path, "mkdir /two #1", "ENOSPC")
    assert ended == tracer.Ended(0, True)
    assert (made, said) == (["one", "three"], "No space left on device\n0\n")


@pytest.mark.parametrize(("disturbance", "told"), [(tracer.KILL, "-9"), ("EACCES", "Permission denied")])
def test_what_is_started_can_be_disturbed_too(tmp_path: Path, disturbance: str, told: str) -> None:
    ended, made, said = traced(tmp_path, "execve /bin/true #1", disturbance)
    assert ended == tracer.Ended(0, True)
    assert (made, said.strip()) == (["one", "three", "two"], told)


def test_a_point_that_is_not_there_disturbs_nothing(tmp_path: Path) -> None:
    assert traced(tmp_path, "mkdir /four #1", tracer.KILL)[0] == tracer.Ended(0, False)


def test_what_hangs_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    ended = tracer.run(command, {}, tmp_path / "output", lambda _call: None, 0.3)
    assert ended == tracer.Ended(-signal.SIGKILL, False)


# --- what is compared


def file(content: str, mode: int = 0o644, owner: int = 0) -> tuple[object, ...]:
    return (stat.S_IFREG, oct(mode), owner, owner, content)


def state(**files: tuple[object, ...]) -> State:
    return State({f"/{name}": item for name, item in files.items()}, {"nginx": "old"}, {"nginx": 3}, ())


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (state(a=file("old")), []),
        (state(a=file("new")), ["/a: 0o644 0:0 old, not 0o644 0:0 new"]),
        (state(a=file("old", 0o600)), ["/a: 0o644 0:0 old, not 0o600 0:0 old"]),
        (state(a=file("old", owner=1)), ["/a: 0o644 0:0 old, not 0o644 1:1 old"]),
        (state(), ["/a: 0o644 0:0 old, not absent"]),
        (State(state(a=file("old")).files, {"nginx": DOWN}, {"nginx": 3}, ()), ["running: "]),
        (State(state(a=file("old")).files, {"nginx": "old"}, {"nginx": 4}, ()), ["processes: "]),
        (State(state(a=file("old")).files, {"nginx": "old"}, {"nginx": 3}, ("left",)), ["temporary: "]),
    ],
)
def test_every_difference_counts(other: State, told: list[str]) -> None:
    found = state(a=file("old")).differences(other)
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


OLD, NEW = {"/a": file("old"), "/b": file("old")}, {"/a": file("new", 0o640), "/c": file("new", 0o640)}


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({"/a": file("old"), "/b": file("old")}, 0),
        ({"/a": file("new", 0o640), "/b": file("old"), "/c": file("new", 0o640)}, 0),
        ({"/a": file("ne", 0o640)}, 1),
        ({"/a": file("new", 0o644)}, 1),
        ({"/a": file("old"), "/d": file("new")}, 1),
        ({}, 1),  # /a is gone, which is there before and after
        ({"/a": file("old"), "/c.glctl-new": file("ne", 0o600)}, 0),
        ({"/a": file("old"), "/c.glctl-new": file("ne", 0o644)}, 1),
        ({"/a": file("old"), f"{STATE_DIR}/before.json": file("any", 0o600)}, 0),
        ({"/a": file("old"), f"{STATE_DIR}/before.json": file("any", 0o640)}, 1),
    ],
)
def test_files_are_old_or_new_and_never_open(files: dict[str, tuple[object, ...]], wrong: int) -> None:
    assert len(torn(files, (OLD, NEW))) == wrong


# --- the record and the table

ONE = Scenario("one", (), ("new", "new"))


def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    record = kill_table.Record(tmp_path / "state", points={"one": ("a", "b")})
    for point, disturbance, outcome in (("a", "EIO", HELD), ("b", tracer.KILL, FAULTY)):
        record.note(Result("one", point, disturbance, outcome, sources="1"))
    record.note_points("one", ("a", "b"), sources="1")
    tries = [(point, disturbance) for disturbance in DISTURBANCES for point in "ab"]
    again = kill_table.Record.read(record.file, "1")
    assert {*again.left(ONE)} == {*tries} - {("a", "EIO"), ("b", tracer.KILL)}
    changed = kill_table.Record.read(record.file, "2")
    assert changed.points == {}  # to be listed anew
    assert [(key[1], result.outcome) for key, result in changed.results.items()] == [("a", HELD)]


def test_the_table_counts_what_held_and_names_what_did_not() -> None:
    results = [
        Result("one", "a", tracer.KILL, HELD),
        Result("one", "b", tracer.KILL, FAULTY, ("why\nnot", "more")),
        Result("one", "a", "EIO", NOT_REACHED, sources="earlier"),
        Result("one", "gone", "EIO", FAULTY, ("of an earlier glctl",)),
    ]
    told = kill_report.table({"one": ("a", "b")}, results, "").splitlines()
    assert told[0].startswith("10 disturbances, of which 3 were tried: 1 held, 1 did not, 1 were not reached")
    assert told[0].endswith("1 were tried with an earlier glctl.")
    assert told[4].startswith("| one | 2 | 1 of 2 | 0 of 0 (2 to be tried) | 0 of 1 (1 to be tried) |")
    assert told[6:] == ["- one, SIGKILL at `b`: why (and 1 more)"]
