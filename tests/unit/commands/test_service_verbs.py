import os
import re
from pathlib import Path
from typing import Any

import pytest

from glctl import cli
from glctl.commands import service_verbs
from glctl.commands.context import Context
from glctl.commands.service_verbs import _report
from glctl.console import Console
from glctl.converge.state import locked
from glctl.converge.tree import Tree
from glctl.paths import SERVICE_DIR, SV_DIR, Root
from glctl.services import control
from glctl.services.catalog import NGINX, REGISTRY, Service
from glctl.services.control import Outcome, Verb
from glctl.services.runit import Status

VERBS = ("start", "stop", "restart", "reload", "hup", "int", "term", "kill", "usr1", "usr2", "once")
RELOAD = Verb("reload", b"h", lambda _now, _before: True, needs_process=True)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A root where the registry is enabled and nginx is not; nothing runs."""
    for name in ("registry", "nginx"):
        (tmp_path / SV_DIR.removeprefix("/") / name).mkdir(parents=True)
        (tmp_path / SV_DIR.removeprefix("/") / name / "run").touch()
    (tmp_path / SERVICE_DIR.removeprefix("/")).mkdir()
    (tmp_path / SERVICE_DIR.removeprefix("/") / "registry").symlink_to("../sv/registry")
    return Root(tmp_path)


def run(root: Root, *args: str) -> int:
    return cli.run(["--root", str(root.path), *args])


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_configured(tmp_path: Path, verb: str, capsys: Any) -> None:
    assert run(Root(tmp_path), verb) == 1
    assert f"run: glctl --root {tmp_path} reconfigure" in capsys.readouterr().err


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_service(root: Root, verb: str, capsys: Any) -> None:
    assert run(root, verb, "registry", "redis") == 2
    assert "There is no service 'redis'" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("start", "restart", "once")])
def test_without_a_supervisor_nothing_can_be_told(root: Root, verb: str, capsys: Any) -> None:
    assert run(root, verb) == 1
    said = capsys.readouterr()
    assert said.out == "fail: no supervisor: registry\n"
    assert f"glctl --root {root.path} start registry" in said.err


@pytest.mark.parametrize(
    "args", [["stop"], ["restart", "registry"], ["once"], ["reload"], ["start"], ["down"]]
)
def test_a_run_under_way_is_not_disturbed(root: Root, args: list[str], capsys: Any) -> None:
    with locked(Tree(root)):
        assert run(root, *args, "--wait", "0") == 1
        assert "Another glctl is changing this host" in capsys.readouterr().err
        assert run(root, "term") == 1  # a signal is not kept from it
        assert "no supervisor" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "instead"),
    [
        (["restart", "registry"], "gitlab-ctl restart registry"),
        (["stop"], "gitlab-ctl stop"),
        (["reload", "nginx"], "gitlab-ctl hup nginx"),
        (["usr1", "nginx"], "gitlab-ctl usr1 nginx"),
    ],
)
def test_an_omnibus_host_is_left_to_gitlab_ctl(
    root: Root, args: list[str], instead: str, capsys: Any
) -> None:
    (root.path / "opt/gitlab/embedded").mkdir()
    assert run(root, *args) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"Use: sudo {instead}\n" in said.err


def test_service_list_stars_what_is_enabled(root: Root, capsys: Any) -> None:
    assert run(root, "service-list") == 0
    assert capsys.readouterr().out == "registry*\nnginx\nlogrotate\n"
    assert run(root, "service-list", "nginx") == 0
    assert capsys.readouterr().out == "nginx\n"
    assert run(root, "service-list", "redis") == 2


def test_service_list_needs_nothing_configured(tmp_path: Path, capsys: Any) -> None:
    assert run(Root(tmp_path), "service-list") == 0
    assert capsys.readouterr().out == "registry\nnginx\nlogrotate\n"


def test_help_explains_the_star_and_the_services(capsys: Any) -> None:
    cli.run(["service-list", "--help"])
    assert "A star marks" in capsys.readouterr().out
    cli.run(["restart", "--help"])
    assert "registry, nginx" in capsys.readouterr().out


UP = Status("run", pid=5, want="up")
STOPPED = Status("down", want="down")


@pytest.mark.parametrize(
    ("service", "verb", "outcome", "out", "err"),
    [
        (
            REGISTRY,
            control.START,
            Outcome(True, UP, 1.04),
            "ok: run: registry: (pid 5) Ns (waited 1.0 s)",
            "",
        ),
        (NGINX, control.HUP, Outcome(True, UP), "ok: sent hup: run: nginx: (pid 5) Ns", ""),
        (
            NGINX,
            control.HUP,
            Outcome(False, STOPPED),
            "fail: down: nginx: Ns, normally up",
            "glctl start nginx",
        ),
        (
            REGISTRY,
            control.STOP,
            Outcome(False, Status("run", pid=5, want="down", terminating=True), 7.0),
            "timeout: run: registry: (pid 5) Ns, want down, got TERM (waited 7.0 s)",
            "glctl kill registry",
        ),
        (
            REGISTRY,
            control.RESTART,
            Outcome(False, Status("down", want="up"), 7.0, ends=6),
            "timeout: down: registry: Ns, normally up, want up (waited 7.0 s)",
            "It ended 6 times meanwhile. See: glctl tail-logs registry",
        ),
        (
            REGISTRY,
            control.START,
            Outcome(False, Status("down", want="up"), 7.0),
            "timeout: down: registry: Ns, normally up, want up (waited 7.0 s)",
            "See: glctl tail-logs registry",
        ),
        (
            NGINX,
            RELOAD,
            Outcome(False, UP, 7.0),
            "timeout: run: nginx: (pid 5) Ns (waited 7.0 s)",
            "Its workers are still the old ones",
        ),
        (
            REGISTRY,
            control.START,
            Outcome(False, Status("not installed")),
            "fail: not installed: registry",
            "glctl reconfigure",
        ),
        (
            NGINX,
            control.START,
            Outcome(False, Status("no supervisor")),
            "fail: no supervisor: nginx",
            "gitlab.rb does not enable it: see `glctl explain nginx.enable`. Once it does: glctl reconfigure",
        ),
    ],
)
def test_what_is_said_of_an_outcome(
    root: Root, capsys: Any, service: Service, verb: Verb, outcome: Outcome, out: str, err: str
) -> None:
    assert _report(Context(root, Console()), service, verb, outcome) is outcome.ok
    said = capsys.readouterr()
    assert re.sub(r"\d+d \d+h", "Ns", said.out) == out + "\n"  # these have been so since 1970
    assert err in said.err
    assert bool(said.err) is not outcome.ok


@pytest.mark.parametrize(
    ("verb", "names", "ending"),
    [
        ("hup", [], "registry and logrotate"),
        ("hup", ["nginx"], ""),
        ("hup", ["registry"], "registry"),
        ("term", ["nginx"], "nginx"),
        ("usr1", ["registry", "nginx"], ""),
        ("usr2", [], "logrotate"),
        ("restart", ["registry"], ""),
    ],
)
def test_what_ends_on_a_signal_is_told_before_it_is_sent(
    root: Root, capsys: Any, monkeypatch: pytest.MonkeyPatch, verb: str, names: list[str], ending: str
) -> None:
    told_before: list[str] = []

    def send(_directory: Path, _verb: Verb) -> Status:
        told_before.append(capsys.readouterr().err)
        return UP

    monkeypatch.setattr(service_verbs, "look", lambda _directory: UP)
    monkeypatch.setattr(service_verbs, "_supervise", lambda *_: None)
    monkeypatch.setattr(control, "send", send)
    monkeypatch.setattr(control, "wait", lambda *_, **__: Outcome(True, UP))
    (root.at(SERVICE_DIR) / "logrotate").symlink_to("/")
    assert run(root, verb, *names) == 0
    note = f"note: SIG{verb.upper()} ends {ending}. What is wanted up is started again.\n" if ending else ""
    assert told_before[0] == note
    assert "ends" not in capsys.readouterr().err


def test_what_does_not_run_ends_on_nothing(root: Root, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_verbs, "look", lambda _directory: STOPPED)
    run(root, "hup", "registry")
    assert "SIGHUP" not in capsys.readouterr().err


def test_what_has_just_ended_is_not_to_be_started(root: Root, capsys: Any) -> None:
    _report(Context(root, Console()), REGISTRY, control.TERM, Outcome(False, Status("down", want="up")))
    assert "It has just ended, and is started again within seconds." in capsys.readouterr().err


def test_the_last_words_of_what_does_not_come_up(
    root: Root, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["yaml: line 3", "panic: secretkey: hunter2 \x1b"]
    monkeypatch.setattr("glctl.logs.recent.last_words", lambda *_: said)
    outcome = Outcome(False, Status("down", want="up"), 7.0, ends=6)
    _report(Context(root, Console()), REGISTRY, control.RESTART, outcome)
    err = capsys.readouterr().err
    assert err.startswith("  Its last words:\n    yaml: line 3\n    panic: secretkey: [MASKED]")
    assert "\x1b" not in err


def test_the_last_words_of_nginx_where_it_keeps_its_old_workers(
    root: Root, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.logs.recent.last_words", lambda *_: ["key values mismatch"])
    verb = control.reload(NGINX, root.at(SV_DIR) / "nginx")
    _report(Context(root, Console()), NGINX, verb, Outcome(False, UP, 7.0))
    err = capsys.readouterr().err
    assert err.startswith(
        "  Its last words:\n    key values mismatch\n  -> Its workers are still the old ones"
    )


def test_stopping_where_nothing_was_ever_set_up(tmp_path: Path, capsys: Any) -> None:
    assert run(Root(tmp_path), "stop", "registry") == 1
    assert "No service is enabled" in capsys.readouterr().err


def test_a_service_directory_of_root_is_refused(root: Root, capsys: Any) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may do everything")
    supervise = root.at(SV_DIR) / "registry/supervise"
    supervise.mkdir(mode=0)
    assert run(root, "stop") == 1
    assert "Run glctl as root" in capsys.readouterr().err
