"""Its flow with services in place of runit; with real ones in tests/integration/test_reconfigure*.py."""

import errno
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import carry_out as carrying_out
from glctl.converge import health, rendered
from glctl.converge.carry_out import Done, NotUpError, Result, carry_out
from glctl.converge.desired import Configuration
from glctl.converge.generations import Generations
from glctl.converge.prepare import Due, Prepared, prepare
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.logs import recent
from glctl.paths import Root
from glctl.services import control, supervisor
from glctl.services.control import Outcome, Verb
from glctl.services.runit import Status

Configure = Callable[..., Configuration]
RUN = Status("run", pid=1, want="up")
DOWN = Status("down", want="down")


@dataclass
class Runit:
    """Stands in for runsv: notes what services are told, in order with what glctl says and writes."""

    events: list[str] = field(default_factory=list)
    fails: str = ""
    reason: str = ""
    status: Status = RUN
    ends: int = 0

    def act(self, directory: Path, verb: Verb, *, timeout: float = 7.0, settle: float = 0.0) -> Outcome:
        name = str(directory).partition("/sv/")[2]
        self.events.append(f"{verb.name} {name}")
        return Outcome(name != self.fails, self.status, 7.0, self.ends)

    def answer(self, service: Any, _effective: Any, *, upstream_down: bool) -> str:
        self.events.append(f"ask {service.name}{' (registry is down)' if upstream_down else ''}")
        return self.reason


@pytest.fixture
def runit(monkeypatch: pytest.MonkeyPatch) -> Runit:
    made = Runit()
    monkeypatch.setattr(control, "act", made.act)
    monkeypatch.setattr(control, "reload", lambda _service, _directory: Verb("reload", b"h"))
    monkeypatch.setattr(health, "await_answer", made.answer)
    monkeypatch.setattr(carrying_out, "look", lambda _directory: made.status)
    monkeypatch.setattr(supervisor, "ensure", lambda *_args: made.events.append("supervise"))
    monkeypatch.setattr(supervisor, "await_services", lambda *_args: None)
    monkeypatch.setattr(recent, "last_words", lambda _root, _service: ["secretkey=hunter2", "\x1b[31mpanic"])
    return made


@pytest.fixture
def run(runit: Runit, tree: Tree) -> Callable[[Prepared], Result]:
    return lambda prepared: carry_out(prepared, lambda line: runit.events.append(f"tell {line}"))


def test_a_first_run(configure: Configure, runit: Runit, run: Any, tree: Tree, root: Root) -> None:
    prepared = prepare(configure())
    done = run(prepared).done
    assert [(each.service, each.action) for each in done] == [("registry", "start"), ("nginx", "start")]
    assert runit.events == [
        "tell Starting registry, nginx.",
        "supervise",
        "start registry",
        "ask registry",
        "start nginx",
        "ask nginx",
    ]
    for name, digests in prepared.plan.digests.items():
        assert Applied(tree).digests(name) == digests
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


def due(prepared: Prepared, *dues: Due, **more: Any) -> Prepared:
    return replace(prepared, due=dues, **more)


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
    runit: Runit,
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


def test_records_go_before_the_first_file_is_written(
    configure: Configure, run: Any, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(prepare(configure()))
    prepared = prepare(configure("registry['log_level'] = 'warn'"))
    seen: list[dict[str, Any]] = []
    write = Tree.write

    def look_first(self: Tree, path: str, *args: Any) -> None:
        seen.append({name: bool(Applied(tree).digests(name)) for name in ("registry", "nginx")})
        write(self, path, *args)

    monkeypatch.setattr(Tree, "write", look_first)
    run(prepared)
    assert seen[0] == {"registry": False, "nginx": True}


def test_a_service_that_is_stopped_is_left_so_and_owed_nothing_once_it_has_no_process(
    configure: Configure, runit: Runit, run: Any, tree: Tree
) -> None:
    stopped = Due("registry", "restart", stopped=True)
    assert run(due(prepare(configure()), stopped)).done == ()
    assert Applied(tree).digests("registry") == {}  # it is still ending, on the old files
    runit.status = DOWN
    prepared = prepare(configure())
    assert run(due(prepared, stopped)).done == ()
    assert Applied(tree).digests("registry") == prepared.plan.digests["registry"]
    assert "restart registry" not in runit.events


def test_nginx_is_asked_mildly_while_the_registry_is_stopped(
    configure: Configure, runit: Runit, run: Any
) -> None:
    run(due(prepare(configure()), Due("nginx", "reload"), stopped=("registry",)))
    assert runit.events[-1] == "ask nginx (registry is down)"


# --- what fails


def failure(run: Any, prepared: Prepared) -> GlctlError:
    with pytest.raises(GlctlError) as failed:
        run(prepared)
    return failed.value


@pytest.mark.parametrize("action", ["start", "restart", "reload", "restart log", "reload log"])
def test_a_service_that_does_not_come_up_keeps_no_record(
    configure: Configure, runit: Runit, run: Any, tree: Tree, action: Any
) -> None:
    runit.fails = "registry/log" if action.endswith("log") else "registry"
    failed = failure(run, due(prepare(configure()), Due("registry", action), Due("nginx", "restart")))
    assert isinstance(failed, NotUpError)
    assert failed.message.startswith("registry did not come up: ")
    assert "`glctl reconfigure` again" in failed.hint
    assert Applied(tree).digests("registry") == {}
    assert "restart nginx" not in runit.events
    assert Generations(tree).last() is None


@pytest.mark.parametrize(
    ("action", "status", "ends", "said"),
    [
        ("restart", DOWN, 7, "it ended 7 times within 7 s."),
        ("restart", DOWN, 1, "after 7 s its state is down: "),
        ("start", RUN, 0, "after 7 s its state is run: (pid 1) "),
        ("reload", RUN, 0, "its workers are still the old ones, it does not accept its configuration."),
    ],
)
def test_what_was_seen_of_it_is_told(
    configure: Configure, runit: Runit, run: Any, action: Any, status: Status, ends: int, said: str
) -> None:
    runit.fails, runit.status, runit.ends = "nginx", status, ends
    failed = failure(run, due(prepare(configure()), Due("nginx", action)))
    assert failed.message.startswith(f"nginx did not come up: {said}")


def test_a_service_that_does_not_answer(configure: Configure, runit: Runit, run: Any, tree: Tree) -> None:
    runit.reason = "http://127.0.0.1:5000/v2/ answered 503"
    failed = failure(run, due(prepare(configure()), Due("registry", "restart")))
    assert failed.message.startswith("registry did not come up: http://127.0.0.1:5000/v2/ answered 503.")
    assert Applied(tree).digests("registry") == {}


def test_last_words_are_told_without_secrets_and_control_characters(
    configure: Configure, runit: Runit, run: Any
) -> None:
    runit.fails = "registry"
    said = failure(run, due(prepare(configure()), Due("registry", "restart"))).message
    assert said.endswith("  Its last words:\n    secretkey=[MASKED]\n    \\x1b[31mpanic")


def test_a_service_that_does_not_end(configure: Configure, runit: Runit, run: Any) -> None:
    runit.fails = "registry"
    failed = failure(run, due(prepare(configure()), Due("registry", "stop")))
    assert failed.message.startswith("registry has not ended within 7 s")
    assert failed.hint.endswith("glctl kill registry")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EPERM])
def test_a_disk_that_fails_is_named_with_the_path(
    configure: Configure, runit: Runit, run: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(_self: Tree, path: str, *_args: Any) -> None:
        raise OSError(number, "Some Reason", path)

    monkeypatch.setattr(Tree, "mkdir", fail)
    failed = failure(run, prepare(configure()))
    assert failed.message.endswith("/opt/gitlab/init could not be written: some reason.")
    assert "it finishes the rest" in failed.hint
    assert runit.events == []


def test_seconds_of_a_start_count_from_the_supervisor(
    configure: Configure, runit: Runit, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("glctl.converge.carry_out.end_orphans", lambda *_: ())
    result = run(
        due(prepare(configure()), Due("registry", "start"), Due("nginx", "start"), Due("nginx", "reload"))
    )
    assert result.done == (
        Done("registry", "start", 1.0),
        Done("nginx", "start", 2.0),
        Done("nginx", "reload", 1.0),
    )


def test_without_enabled_services_no_supervisor_is_started(
    configure: Configure, runit: Runit, run: Any
) -> None:
    run(due(prepare(configure("registry['enable'] = false")), Due("registry", "stop")))
    assert "supervise" not in runit.events
