"""Going back with services in place of runit (conftest.py); with real ones in tests/faults."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glctl.converge.bring_up import Options
from glctl.converge.carry_out import carry_out
from glctl.converge.desired import Configuration
from glctl.converge.journal import Journal
from glctl.converge.prepare import prepare
from glctl.converge.roll_back import RolledBackError
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR, Root
from glctl.services.runit import Status

Configure = Callable[..., Configuration]
WARN = "registry['log_level'] = 'warn'"
HSTS = "registry['nginx']['hsts_max_age'] = 5"


@pytest.fixture
def run(runit: Any, root: Root, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Carries out a run; returns what services were told."""
    monkeypatch.setattr("glctl.converge.prepare.look", runit.status)
    monkeypatch.setattr("glctl.services.supervisor.find", lambda _root: object())

    def run(configuration: Configuration) -> list[str]:
        runit.events.clear()
        carry_out(prepare(configuration), lambda _: None, Options(watch=0))
        return [event for event in runit.events if event != "supervise"]

    return run


@pytest.fixture
def good(configure: Configure, runit: Any, run: Any) -> Callable[[], None]:
    """A root that runs; what is yielded holds when it is as it was then."""
    runit.lives = {name: Status("no supervisor") for name in ("registry", "nginx", "logrotate")}
    run(configure())
    assert set(runit.lives) == {"registry", "nginx", "logrotate"}
    before = listing(configure().host.root)

    def as_before() -> None:
        assert listing(configure().host.root) == before
        assert not prepare(configure()).changed

    return as_before


def listing(root: Root) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(Path(root.path).rglob("*")):
        info = path.lstat()
        if path.name not in ("gitlab.rb", "lock"):
            content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else ""
            found[str(path)] = (oct(info.st_mode), info.st_uid, info.st_gid, content)
    return found


def failed(run: Any, configuration: Configuration) -> GlctlError:
    with pytest.raises(GlctlError) as raised:
        run(configuration)
    return raised.value


def told(runit: Any) -> list[str]:
    return [event for event in runit.events if event != "supervise"]


def test_what_did_not_come_up_goes_back_and_is_seen_up(
    configure: Configure, runit: Any, run: Any, good: Any
) -> None:
    runit.silent = ["registry"]
    error = failed(run, configure(WARN))
    assert isinstance(error, RolledBackError)
    assert "The previous files are back; registry restarted (" in error.message
    assert [(each.service, each.action) for each in error.done] == [("registry", "restart")]
    assert told(runit) == ["restart registry", "ask registry", "restart registry", "ask registry"]
    good()


def test_a_service_that_heard_nothing_hears_nothing_of_the_way_back(
    configure: Configure, runit: Any, run: Any, good: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Tree, path: str) -> None:
        raise OSError(5, "Input/output error", path)

    monkeypatch.setattr(Tree, "symlink", fail)
    monkeypatch.setattr(Tree, "swap", _failing_at("gitlab-registry.conf", Tree.swap))
    error = failed(run, configure(WARN, HSTS))
    assert error.message.endswith("The previous files are back; no service had to hear of it.")
    assert told(runit) == []
    good()


def _failing_at(name: str, swap: Callable[[Tree, str], None]) -> Callable[[Tree, str], None]:
    """A swap that fails once, at the file of that name."""
    left = [name]

    def swapping(self: Tree, path: str) -> None:
        if left and path.endswith(left[0]):
            left.clear()
            raise OSError(28, "No space left on device", path)
        swap(self, path)

    return swapping


def test_nginx_that_was_only_reloaded_is_reloaded(
    configure: Configure, runit: Any, run: Any, good: Any
) -> None:
    runit.silent = ["nginx"]
    failed(run, configure(HSTS))
    assert told(runit) == ["reload nginx", "ask nginx"] * 2
    good()


def test_both_go_back_where_one_fails(configure: Configure, runit: Any, run: Any, good: Any) -> None:
    runit.fails = ["registry"]
    failed(run, configure(WARN, HSTS))
    assert told(runit)[-4:] == ["restart registry", "reload nginx", "ask registry", "ask nginx"]
    good()


def test_a_service_that_was_disabled_is_started_again(
    configure: Configure, runit: Any, run: Any, good: Any
) -> None:
    runit.silent = ["registry"]
    failed(run, configure("nginx['enable'] = false", WARN))
    assert "exit nginx" in runit.events
    assert "start nginx" in runit.events[runit.events.index("exit nginx") :]
    good()


def test_a_service_that_is_new_is_ended_and_its_link_goes(
    configure: Configure, runit: Any, run: Any, root: Root
) -> None:
    without = "nginx['enable'] = false"
    runit.lives = {name: Status("no supervisor") for name in ("registry", "nginx", "logrotate")}
    run(configure(without))
    before = listing(root)
    runit.silent = ["nginx"]
    failed(run, configure())
    assert "exit nginx" in runit.events
    assert not root.at(f"{SERVICE_DIR}/nginx").is_symlink()
    assert {path: about for path, about in listing(root).items() if "/nginx" not in path} == {
        path: about for path, about in before.items() if "/nginx" not in path
    }


def test_a_first_run_leaves_its_files_and_nothing_that_starts_over_and_over(
    configure: Configure, runit: Any, run: Any, root: Root
) -> None:
    runit.lives = {name: Status("no supervisor") for name in ("registry", "nginx", "logrotate")}
    runit.silent = ["registry"]
    error = failed(run, configure())
    assert not isinstance(error, RolledBackError)
    assert "Nothing ran here before" in error.message
    assert {"exit registry", "exit nginx"} < {*runit.events}
    assert list(root.at(SERVICE_DIR).iterdir()) == []
    assert root.at("/var/opt/gitlab/registry/config.yml").exists()
    runit.events.clear()
    assert "start registry" in run(configure())
    assert not prepare(configure()).changed


def test_a_stopped_service_stays_so(configure: Configure, runit: Any, run: Any, good: Any) -> None:
    runit.lives["registry"] = Status("down", want="down")
    runit.silent = ["nginx"]
    failed(run, configure(WARN, HSTS))
    assert told(runit) == ["reload nginx", "ask nginx (registry is down)"] * 2
    good()


@pytest.mark.parametrize("now", [Status("down", want="down"), Status("no supervisor")])
def test_what_somebody_stops_during_the_run_is_not_started_against_their_will(
    configure: Configure, runit: Any, run: Any, good: Any, monkeypatch: pytest.MonkeyPatch, now: Status
) -> None:
    def stopped_meanwhile(directory: Path, _verb: Any, _before: Any) -> str:
        runit.lives[directory.name] = now
        return "after 7 s its state is down"

    monkeypatch.setattr("glctl.converge.watch.come_up", stopped_meanwhile)
    error = failed(run, configure(WARN))
    assert error.message.startswith("registry was stopped by somebody else")
    assert error.message.endswith("The previous files are back; no service had to hear of it.")
    assert "Most likely" not in error.hint
    assert told(runit) == ["restart registry"]
    assert runit.lives["registry"] == now
    runit.lives["registry"] = Status("run", pid=9, since=9.0, want="up")
    good()


@pytest.mark.parametrize("edited", [b"edited by hand", None])
def test_files_edited_by_hand_go_back_to_what_services_were_seen_up_with(
    configure: Configure, runit: Any, run: Any, good: Any, root: Root, edited: bytes | None
) -> None:
    config = root.at("/var/opt/gitlab/registry/config.yml")
    if edited:
        config.write_bytes(edited)
    runit.silent = ["registry"]
    failed(run, configure(WARN))
    good()


# --- killed


class KilledError(BaseException):
    """Stands in for SIGKILL: nothing is caught on the way out, as far as glctl goes on working."""


@pytest.mark.parametrize("point", range(1, 40))
def test_a_run_of_a_bad_file_that_was_killed_anywhere_ends_on_the_good_one(
    configure: Configure,
    runit: Any,
    run: Any,
    good: Any,
    root: Root,
    monkeypatch: pytest.MonkeyPatch,
    point: int,
) -> None:
    """Killed at its write number *point*, then run again; that fails, too, and goes all the way back."""
    count = [0]

    def killing(name: str) -> Any:
        real = getattr(os, name)

        def call(*args: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] >= point:  # from then on nothing is done any more
                raise KilledError
            return real(*args, **more)

        return call

    config = root.at("/var/opt/gitlab/registry/config.yml")
    runit.refuses = lambda: b"level: warn" in config.read_bytes()
    with monkeypatch.context() as patched:
        for name in ("rename", "unlink", "symlink"):
            patched.setattr(os, name, killing(name))
        try:
            run(configure(WARN, HSTS))
        except KilledError:
            pass
        except RolledBackError:
            good()
            return
    assert isinstance(failed(run, configure(WARN, HSTS)), RolledBackError)
    good()


def test_no_journal_is_left(configure: Configure, runit: Any, run: Any, good: Any, tree: Tree) -> None:
    runit.silent = ["registry"]
    failed(run, configure(WARN))
    assert not Journal(tree).is_open


# --- the way back fails, too


def test_what_is_in_which_state_is_told(
    configure: Configure, runit: Any, run: Any, good: Any, root: Root, tree: Tree
) -> None:
    runit.silent = ["registry"] * 2
    error = failed(run, configure(WARN))
    assert not isinstance(error, RolledBackError)
    lines = error.message.splitlines()
    assert "The way back failed as well: registry did not come up: " in lines[-5]
    assert lines[-4] == "  all files are as before"
    assert lines[-3].startswith("  registry: run: (pid ")
    assert Journal(tree).is_open
    assert Applied(tree).digests("registry") == {}
    assert run(configure())  # it finds the journal, and finishes
    good()


def test_files_that_could_not_be_put_back_are_named(
    configure: Configure, runit: Any, run: Any, good: Any, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Tree.stage

    def full(self: Tree, path: str, content: bytes, *more: Any) -> None:
        if path.endswith("config.yml") and b"level: info" in content:
            raise OSError(28, "No space left on device", path)
        stage(self, path, content, *more)

    runit.silent = ["registry"]
    with monkeypatch.context() as patched:
        patched.setattr(Tree, "stage", full)
        error = failed(run, configure(WARN))
    config = root.at("/var/opt/gitlab/registry/config.yml")
    assert f"The way back failed as well: {config}: No space left on device" in error.message
    assert f"  not as before: {config}" in error.message
    run(configure())
    good()


# --- pushes

ELSEWHERE = "registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/elsewhere' } }"


def test_a_new_storage_that_was_given_something_is_not_taken_back(
    configure: Configure, runit: Any, run: Any, good: Any, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.converge.roll_back.accepted_since", lambda _root, _since: 2)
    runit.falls = ["registry"]
    prepared = prepare(configure(ELSEWHERE))
    with pytest.raises(GlctlError) as raised:
        carry_out(prepared, lambda _: None, Options())
    assert not isinstance(raised.value, RolledBackError)
    assert "2 writing requests were accepted into the new storage" in raised.value.message
    assert told(runit)[-2:] == ["stop registry", "start registry"]
    assert not prepare(configure(ELSEWHERE)).plan.changes
    # Nothing leads back behind it any more.
    assert not Journal(tree).is_open
    assert Applied(tree).digests("registry") == prepared.plan.digests["registry"]


def test_a_new_storage_that_was_given_nothing_is_left(
    configure: Configure, runit: Any, run: Any, good: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.converge.roll_back.accepted_since", lambda _root, _since: 0)
    runit.silent = ["registry"]
    assert isinstance(failed(run, configure(ELSEWHERE)), RolledBackError)
    assert told(runit)[-3:] == ["stop registry", "restart registry", "ask registry"]
    good()


def test_what_was_pushed_since_an_unfinished_run_counts_too(
    configure: Configure, runit: Any, run: Any, good: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def accepted_since(_root: Root, since: float) -> int:
        asked.append(since)
        return 2

    monkeypatch.setattr("glctl.converge.roll_back.accepted_since", accepted_since)
    runit.silent = ["registry"]
    begun = time.time()
    with pytest.raises(GlctlError, match="answered 503"):
        carry_out(prepare(configure(ELSEWHERE)), lambda _: None, Options(watch=0, roll_back=False))
    ended = time.time()
    runit.events.clear()
    monkeypatch.setattr(Tree, "swap", _failing_at("gitlab-registry.conf", Tree.swap))
    error = failed(run, configure(ELSEWHERE, HSTS))  # which has not even touched the registry
    assert "2 writing requests were accepted into the new storage" in error.message
    assert begun < asked[0] < ended
    assert told(runit) == ["stop registry", "start registry"]


def test_a_registry_that_cannot_be_stopped_is_not_gone_back_behind(
    configure: Configure, runit: Any, run: Any, good: Any
) -> None:
    runit.silent, runit.stuck = ["registry"], ["registry"]
    error = failed(run, configure(ELSEWHERE))
    assert "The way back failed as well: registry did not come up: it does not stop" in error.message
