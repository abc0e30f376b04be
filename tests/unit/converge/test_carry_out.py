"""Its flow with services in place of runit; with real ones in tests/integration/test_reconfigure*.py."""

import errno
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from glctl.converge import rendered
from glctl.converge.bring_up import NotUpError, Options
from glctl.converge.carry_out import Result, carry_out
from glctl.converge.desired import Configuration
from glctl.converge.generations import Generations
from glctl.converge.journal import Journal
from glctl.converge.prepare import Due, Prepared, prepare
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.logs.recent import Words
from glctl.paths import Root
from glctl.services.runit import Status

Configure = Callable[..., Configuration]
NO_ROLLBACK = Options(roll_back=False)


@pytest.fixture
def run(runit: Any, tree: Tree) -> Callable[..., Result]:
    def run(prepared: Prepared, options: Options | None = None) -> Result:
        return carry_out(prepared, lambda line: runit.events.append(f"tell {line}"), options)

    return run


def due(prepared: Prepared, *dues: Due, **more: Any) -> Prepared:
    return replace(prepared, due=dues, **more)


def test_a_first_run(configure: Configure, runit: Any, run: Any, tree: Tree) -> None:
    prepared = prepare(configure())
    done = run(prepared).done
    assert [(each.service, each.action) for each in done] == [("registry", "start"), ("nginx", "start")]
    assert runit.events == [
        "tell Starting registry, nginx.",
        "supervise",
        "start registry",
        "start nginx",
        "ask registry",
        "ask nginx",
    ]
    for name, digests in prepared.plan.digests.items():
        assert Applied(tree).digests(name) == digests
    assert not prepare(configure()).unfinished
    assert prepare(configure()).plan.changes == ()
    [kept] = Generations(tree).all()
    assert (kept.number, kept.back_to, kept.resources) == (1, None, prepared.resources)


def test_a_run_back_is_kept_as_such_and_not_remembered_as_rendered(
    configure: Configure, run: Any, tree: Tree, root: Root
) -> None:
    run(replace(prepare(configure()), back_to=3))
    [kept] = Generations(tree).all()
    assert kept.back_to == 3
    assert not root.at(rendered.MEMORY).exists()


@pytest.mark.parametrize(
    ("action", "events", "recorded"),
    [
        ("restart", ["tell Restarting registry.", "restart registry", "ask registry"], {"registry"}),
        ("reload", ["tell Reloading registry.", "reload registry", "ask registry"], {"registry"}),
        ("restart log", ["restart registry/log"], {"registry/log"}),
        ("reload log", ["hup registry/log"], {"registry/log"}),
        ("stop", ["tell Stopping registry.", "exit registry"], set()),
    ],
)
def test_what_is_done_and_recorded(
    configure: Configure,
    runit: Any,
    run: Any,
    tree: Tree,
    action: Any,
    events: list[str],
    recorded: set[str],
) -> None:
    prepared = due(prepare(configure()), Due("registry", action))
    [done] = run(prepared).done
    assert (done.service, done.action) == ("registry", action)
    assert [event for event in runit.events if event != "supervise"] == events
    assert {name for name in prepared.plan.digests if Applied(tree).digests(name)} == recorded


def test_journal_and_records_come_before_the_first_file_changes(
    configure: Configure, run: Any, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(prepare(configure()))
    prepared = prepare(configure("registry['log_level'] = 'warn'"))
    [config] = [change.path for change in prepared.plan.changes]
    seen: list[tuple[bool, ...]] = []
    swap = Tree.swap

    def look_first(self: Tree, path: str) -> None:
        if path == config:
            records = (bool(Applied(tree).digests(name)) for name in ("registry", "nginx"))
            seen.append((Journal(tree).is_open, *records))
        swap(self, path)

    monkeypatch.setattr(Tree, "swap", look_first)
    run(prepared)
    assert seen == [(True, False, True)]
    assert not Journal(tree).is_open


def test_a_service_that_is_stopped_is_left_so_and_owed_nothing_once_it_has_no_process(
    configure: Configure, runit: Any, run: Any, tree: Tree
) -> None:
    stopped = Due("registry", "restart", stopped=True)
    assert run(due(prepare(configure()), stopped)).done == ()
    assert Applied(tree).digests("registry") == {}  # it is still ending, on the old files
    runit.lives["registry"] = Status("down", want="down")
    prepared = prepare(configure())
    assert run(due(prepared, stopped)).done == ()
    assert Applied(tree).digests("registry") == prepared.plan.digests["registry"]
    assert "restart registry" not in runit.events


def test_what_is_another_users_is_not_touched(
    configure: Configure, run: Any, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.converge.carry_out.owner_problem", lambda _root: ("nobody's", ""))
    assert failure(run, prepare(configure())).message == "nobody's"
    assert not Journal(tree).is_open


def test_only_what_services_were_seen_up_with_becomes_a_generation(
    configure: Configure, runit: Any, run: Any, tree: Tree
) -> None:
    run(prepare(configure()))
    runit.lives["registry"] = Status("down", want="down")
    stopped = ("registry",)
    changed = configure("registry['log_level'] = 'warn'")
    run(due(prepare(changed), Due("registry", "restart", stopped=True), stopped=stopped))
    assert [each.number for each in Generations(tree).all()] == [1]
    run(due(prepare(changed), stopped=stopped))
    assert len(Generations(tree).all()) == 1
    run(due(prepare(changed)))  # it was started meanwhile
    assert len(Generations(tree).all()) == 2
    nginx = configure("registry['log_level'] = 'warn'", "registry['nginx']['hsts_max_age'] = 5")
    run(due(prepare(nginx), Due("nginx", "reload"), stopped=stopped))
    assert len(Generations(tree).all()) == 3  # what the registry has not seen is as it has


def test_nginx_is_asked_mildly_while_the_registry_is_stopped(
    configure: Configure, runit: Any, run: Any
) -> None:
    run(due(prepare(configure()), Due("nginx", "reload"), stopped=("registry",)))
    assert runit.events[-1] == "ask nginx (registry is down)"


# --- what fails; with what then happens in test_roll_back.py


def failure(run: Any, prepared: Prepared) -> GlctlError:
    with pytest.raises(GlctlError) as failed:
        run(prepared, NO_ROLLBACK)
    return failed.value


@pytest.mark.parametrize("action", ["start", "restart", "reload", "restart log", "reload log"])
def test_a_service_that_does_not_come_up_keeps_no_record_and_the_journal_stays(
    configure: Configure, runit: Any, run: Any, tree: Tree, action: Any
) -> None:
    runit.fails = ["registry/log" if action.endswith("log") else "registry"]
    failed = failure(run, due(prepare(configure()), Due("registry", action), Due("nginx", "restart")))
    assert isinstance(failed, NotUpError)
    assert failed.message.startswith("registry did not come up: it ended 7 times within 7 s.")
    assert "as --no-rollback asks" in failed.hint
    assert not any(Applied(tree).records().values())
    assert Journal(tree).is_open
    assert prepare(configure()).unfinished


def test_a_service_that_does_not_answer(configure: Configure, runit: Any, run: Any) -> None:
    runit.silent = ["registry"]
    failed = failure(run, due(prepare(configure()), Due("registry", "restart")))
    assert failed.message.startswith("registry did not come up: http://127.0.0.1:5000/v2/ answered 503.")


def test_a_service_that_falls_while_it_is_watched(configure: Configure, runit: Any, run: Any) -> None:
    runit.falls = ["registry"]
    failed = failure(run, due(prepare(configure()), Due("registry", "restart")))
    assert failed.message.startswith("registry came up, and ended within 2.0 s.")
    assert runit.watched == [3.0]
    assert "killed from outside" in failed.hint  # "info" is mentioned in each of its lines: no evidence


def test_a_service_that_was_killed_from_outside(
    configure: Configure, runit: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    runit.falls = ["registry"]
    asked: list[float] = []

    def said_at_last(_root: Root, _service: str, since: float) -> Words:
        asked.append(since)
        return Words(("registry was ended by signal 9 (KILL)",), "service-killed")

    monkeypatch.setattr("glctl.logs.recent.said_at_last", said_at_last)
    begun = time.time()
    failed = failure(run, due(prepare(configure()), Due("registry", "restart")))
    assert "signal 9" in failed.message
    assert "journalctl -k --grep 'Killed process'" in failed.hint
    assert [begun <= each for each in asked] == [True]


def test_last_words_are_told_without_secrets_and_control_characters(
    configure: Configure, runit: Any, run: Any
) -> None:
    runit.fails = ["registry"]
    said = failure(run, due(prepare(configure()), Due("registry", "restart"))).message
    assert said.endswith("  Its last words:\n    secretkey=[MASKED]\n    \\x1b[31mpanic")


def test_a_service_that_does_not_end(configure: Configure, runit: Any, run: Any) -> None:
    runit.stuck = ["registry"]
    failed = failure(run, due(prepare(configure()), Due("registry", "stop")))
    assert failed.message.startswith("registry has not ended within 7 s")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EPERM])
def test_a_disk_that_fails_is_named_with_the_path(
    configure: Configure, runit: Any, run: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(_self: Tree, path: str, *_args: Any) -> None:
        raise OSError(number, "Some Reason", path)

    monkeypatch.setattr(Tree, "mkdir", fail)
    failed = failure(run, prepare(configure()))
    assert failed.message.endswith("/opt/gitlab/init could not be written: some reason.")
    assert ("lsattr" in failed.hint) == (number == errno.EPERM and os.geteuid() == 0)
    assert runit.events == []


def test_a_disk_that_fails_before_anything_is_written(
    configure: Configure, run: Any, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Tree, path: str, *_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", path)

    monkeypatch.setattr(Tree, "stage", fail)
    failed = failure(run, prepare(configure()))
    assert failed.message.endswith("before.json could not be written: no space left on device.")
    assert failed.hint == "Nothing was changed."


def test_a_disk_that_fails_when_all_is_up_takes_nothing_back(
    configure: Configure, runit: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/record")

    monkeypatch.setattr(Applied, "record", fail)
    with pytest.raises(GlctlError) as failed:
        run(prepare(configure()))
    assert failed.value.message == "/record could not be written: no space left on device."
    assert failed.value.hint.startswith("All is up.")
    assert "exit registry" not in runit.events


def test_without_enabled_services_no_supervisor_is_started(
    configure: Configure, runit: Any, run: Any
) -> None:
    run(due(prepare(configure("registry['enable'] = false")), Due("registry", "stop")))
    assert "supervise" not in runit.events
