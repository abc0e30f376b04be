import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glctl import cli
from glctl.commands import registry_garbage_collect as command
from glctl.converge.collectable import Garbage
from glctl.converge.collection import Collection, Manifest
from glctl.converge.garbage import Collected
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE, Root

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
A = "sha256:" + "a" * 64
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    made = Root(tmp_path)
    made.at(CONFIG_FILE).parent.mkdir(parents=True)
    made.at(CONFIG_FILE).write_text(GOOD)
    return made


@pytest.fixture
def found() -> Collection:
    """What the collector finds."""
    return Collection(repositories=2, manifests=[Manifest("g/p", A)], blobs=[A])


@pytest.fixture
def left() -> list[bool]:
    """Holds something where an earlier collection was killed."""
    return []


@pytest.fixture(autouse=True)
def happened(monkeypatch: pytest.MonkeyPatch, found: Collection, left: list[bool]) -> list[Any]:
    """What is done, in order."""
    events: list[Any] = []

    def examine(configuration: Any, *, untagged: bool, sole_writer: bool, dry_run: bool = False) -> Garbage:
        events.append(("examine", untagged, sole_writer))
        return Garbage(configuration, untagged, left=bool(left))

    def look(garbage: Garbage, watch: Any) -> Collection:
        events.append("look")
        watch(found)
        return found if garbage.untagged else Collection(repositories=2, blobs=[A])

    def collect(_garbage: Any, shown: Any, _lock: int, tell: Any, watch: Any) -> Collected:
        events.append(("collect", shown))
        tell("Collecting.")
        watch(found)
        return Collected(manifests=1, blobs=2, freed=1_234_567)

    monkeypatch.setattr(command, "examine_garbage", examine)
    monkeypatch.setattr(command, "look", look)
    monkeypatch.setattr(command, "collect", collect)
    monkeypatch.setattr(command, "accept_pushes", lambda *_: events.append("accept pushes"))
    return events


@pytest.fixture
def run(root: Root, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str, before: tuple[str, ...] = ()) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), *before, "registry-garbage-collect", *args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """There is a terminal, and somebody who answers."""

    def answer(said: bool) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr(command.click, "confirm", lambda *_args, **_more: said)

    return answer


def test_it_collects_and_says_what_that_freed(run: Run, happened: list[Any]) -> None:
    code, out, err = run()
    assert (code, out) == (0, "Deleted 1 manifest and 2 blobs: 1.2 MB freed.\n")
    assert err.startswith("Collecting.\nnote: The registry's cache of descriptors is in its memory")
    assert happened == [("examine", False, False), "look", ("examine", False, False), ("collect", None)]


def test_a_killed_one_is_finished_before_all_else(run: Run, happened: list[Any], left: list[bool]) -> None:
    left.append(True)
    assert "An earlier run has not come to its end." in run()[2]
    assert happened[1:3] == ["accept pushes", "look"]
    happened.clear()
    run("--dry-run")
    assert "accept pushes" not in happened


def test_a_dry_run(run: Run, happened: list[Any]) -> None:
    code, out, _ = run("--dry-run", "--sole-writer")
    assert (code, happened) == (0, [("examine", False, True), "look"])
    assert out.splitlines() == ["To be deleted: 0 manifests, 1 blob.", "Nothing was deleted."]


def test_m_shows_and_asks(
    run: Run, happened: list[Any], found: Collection, answer: Callable[[bool], None]
) -> None:
    answer(False)
    code, out, _ = run("-m")
    assert code == 0
    assert out.splitlines() == [
        f"- g/p@{A}",
        "To be deleted: 1 manifest, 1 blob.",
        "Nothing was deleted.",
    ]
    assert happened == [("examine", True, False), "look"]
    answer(True)
    assert run("-m")[0] == 0
    assert happened[-1] == ("collect", found)


def test_m_without_a_terminal_needs_a_yes(run: Run, happened: list[Any], found: Collection) -> None:
    code, out, err = run("-m")
    assert (code, out, happened) == (2, "", [])
    assert "there is no terminal to ask on" in err
    assert run("-m", "--yes")[0] == 0
    assert happened[-1] == ("collect", found)


@pytest.mark.parametrize("args", [(), ("-m", "--yes")])
def test_where_there_is_nothing_to_collect_nothing_is_done(
    run: Run, happened: list[Any], monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    monkeypatch.setattr(command, "look", lambda *_: Collection(repositories=2))
    code, out, _ = run(*args)
    assert (code, out) == (0, "There is nothing to delete.\n")
    assert len(happened) == 1


def test_blobs_alone_are_not_asked_about(
    run: Run, happened: list[Any], found: Collection, answer: Callable[[bool], None]
) -> None:
    answer(False)
    found.manifests.clear()
    assert run("-m")[0] == 0
    assert happened[-1] == ("collect", found)


def test_many_are_listed_in_part(run: Run, found: Collection) -> None:
    found.manifests[:] = [Manifest(f"g/p{number:02}", A) for number in range(25)]
    lines = run("-m", "--dry-run")[1].splitlines()
    assert (len(lines), lines[20]) == (23, "  and 5 more (-v shows all)")
    assert len(run("-m", "--dry-run", before=("-v",))[1].splitlines()) == 27


def test_an_omnibus_host_is_left_to_gitlab_ctl(run: Run, root: Root, happened: list[Any]) -> None:
    root.at("/opt/gitlab/embedded").mkdir(parents=True)
    code, _, err = run("-m")
    assert (code, happened) == (1, [])
    assert "Use: sudo gitlab-ctl registry-garbage-collect -m" in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts_once(run: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    came: list[str] = []

    def collect(*_: Any) -> None:
        try:
            os.kill(os.getpid(), number)
            came.append("not interrupted")
        finally:
            os.kill(os.getpid(), number)
            came.append("brought back")

    monkeypatch.setattr(command, "collect", collect)
    assert run()[0] == 130
    assert came == ["brought back"]
    assert signal.getsignal(number) is signal.SIG_DFL


def test_progress_is_for_terminals(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    _, _, err = run()
    assert "\r\x1b[Krepositories: 2, in use: 0, unused: 2" in err


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e9, "2.5 GB"), (3e15, "3000.0 TB")],
)
def test_bytes_in_words(number: float, said: str) -> None:
    assert command._bytes(number) == said


def test_a_failure_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **_more: Any) -> None:
        raise GlctlError("No.", "Do that.")

    monkeypatch.setattr(command, "examine_garbage", refuse)
    assert run() == (1, "", "glctl: No.\n  -> Do that.\n")
