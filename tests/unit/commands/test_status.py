import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glctl import cli
from glctl.commands import status as status_command
from glctl.converge.drift import Altered, Drift
from glctl.paths import SERVICE_DIR, SV_DIR, Root
from glctl.services import supervisor

Add = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@pytest.fixture
def add(root: Root) -> Iterator[Add]:
    """Makes a service directory as a runsv leaves it that runs this process, or keeps it down."""
    pipes: list[int] = []

    def add(name: str, *, up: bool = True, enable: bool = True, log: bool = False) -> Path:
        directory = root.at(SV_DIR) / name
        (directory / "supervise").mkdir(parents=True)
        (directory / "run").touch()
        os.mkfifo(directory / "supervise/ok")
        pipes.append(os.open(directory / "supervise/ok", os.O_RDONLY | os.O_NONBLOCK))
        stamp = (2**62 + 10 + int(time.time()) - 200).to_bytes(8, "big") + bytes(4)
        state = os.getpid().to_bytes(4, "little") + b"\0u\0\1" if up else bytes(4) + b"\0d\0\0"
        (directory / "supervise/status").write_bytes(stamp + state)
        if enable:
            root.at(SERVICE_DIR).mkdir(parents=True, exist_ok=True)
            (root.at(SERVICE_DIR) / name).symlink_to(directory)
        if log:
            add(f"{name}/log", enable=False)
        return directory

    yield add
    for pipe in pipes:
        os.close(pipe)


@pytest.fixture
def status(root: Root, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), "status", *args])
        said = capsys.readouterr()
        called = f"glctl --root {root.path}"
        return code, said.out.replace(called, "CALLED"), said.err.replace(called, "CALLED")

    return run


def test_one_line_for_each_service(add: Add, status: Any) -> None:
    add("registry", log=True)
    add("nginx", up=False)
    code, out, _ = status()
    registry, nginx = out.splitlines()
    assert code == 3
    assert registry.startswith(f"run: registry: (pid {os.getpid()}) 3m 2")
    assert " MB, " in registry
    assert f" open files; run: log: (pid {os.getpid()}) 3m 2" in registry
    assert nginx.startswith("down: nginx: 3m 2")
    assert nginx.endswith("s, normally up")


def test_json_as_the_design_says(add: Add, status: Any) -> None:
    add("registry", log=True)
    add("nginx", up=False)
    code, out, _ = status("--format", "json")
    registry, nginx = json.loads(out)
    assert code == 3
    assert [*registry][:7] == ["name", "state", "pid", "uptime", "wanted", "memory", "open_files"]
    assert [*registry][7:] == ["owed", "differs"]
    assert (registry["name"], registry["state"], registry["pid"]) == ("registry", "run", os.getpid())
    assert registry["wanted"] == "up"
    assert registry["uptime"] in range(200, 230)
    assert registry["memory"] > 1e6
    assert registry["open_files"] > 3
    assert nginx == {
        "name": "nginx",
        "state": "down",
        "pid": None,
        "uptime": None,
        "wanted": "down",
        "memory": None,
        "open_files": None,
        "owed": False,
        "differs": [],
    }


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda add: add("registry"), 0),
        (lambda add: add("registry", up=False), 3),
        (lambda add: (add("registry", up=False) / "down").touch(), 0),  # it is not meant to run
        (lambda add: (add("registry"), add("nginx", up=False, enable=False)), 0),
        (lambda add: (add("registry"), add("nginx", up=False)), 3),
    ],
    ids=["up", "down", "normally down", "another is disabled", "another is down"],
)
def test_the_exit_code_tells_whether_all_that_should_run_does(
    add: Add, status: Any, prepare: Callable[[Add], object], code: int
) -> None:
    prepare(add)
    assert status()[0] == code


def test_a_paused_service_does_not_count_as_running(add: Add, status: Any) -> None:
    file = add("registry") / "supervise/status"
    raw = bytearray(file.read_bytes())
    raw[16] = 1
    file.write_bytes(raw)
    code, out, _ = status()
    assert code == 3
    assert ", paused" in out


def test_only_named_services_are_asked(add: Add, status: Any) -> None:
    add("registry")
    add("nginx", up=False)
    code, out, _ = status("registry")
    assert code == 0
    assert "nginx" not in out


def test_without_a_supervisor(add: Add, status: Any) -> None:
    directory = add("registry", log=True)
    (directory / "supervise/ok").unlink()
    code, out, err = status()
    assert (code, out) == (3, "no supervisor: registry\n")
    assert "CALLED start" in err
    (row,) = json.loads(status("--format", "json")[1])
    assert (row["state"], row["pid"], row["wanted"]) == ("no supervisor", None, None)


def test_nothing_is_configured(status: Any) -> None:
    code, out, err = status()
    assert (code, out) == (1, "")
    assert "run: CALLED reconfigure" in err


def test_an_unknown_service(add: Add, status: Any) -> None:
    code, _, err = status("redis")
    assert code == 2
    assert "There is no service 'redis'" in err
    assert "registry, nginx" in err


def test_an_omnibus_host_is_read_as_any_other(root: Root, add: Add, status: Any) -> None:
    (root.path / "opt/gitlab/embedded").mkdir(parents=True)
    add("registry")
    assert status()[0] == 0


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says what differs from generation 3."""

    def found(*altered: Altered, owed: tuple[str, ...] = (), **more: int) -> None:
        monkeypatch.setattr(status_command, "drift", lambda *_: Drift(3, altered, owed, **more))

    return found


def test_where_what_runs_is_not_what_gitlab_rb_says(add: Add, status: Any, found: Any) -> None:
    add("registry")
    found(
        Altered("/etc/gitlab/gitlab.rb", source=True),
        Altered("/a/con\x1bfig.yml", ("registry",)),
        owed=("registry/log",),
    )
    code, out, _ = status()
    assert code == 0
    see = "(see: CALLED reconfigure --dry-run)"
    assert out.splitlines()[1:] == [
        f"differs: /etc/gitlab/gitlab.rb: it has changed since generation 3 was applied {see}",
        f"differs: /a/con\\x1bfig.yml: it is not what glctl wrote for generation 3 {see}",
        "owed: registry/log: not yet seen up on its files (to finish it: CALLED reconfigure)",
    ]


@pytest.mark.parametrize(
    ("altered", "more", "line"),
    [
        (
            Altered("/a/gitlab.rb", source=True),
            {"back_to": 1},
            "differs: /a/gitlab.rb: this host was rolled back to generation 1, of another gitlab.rb (see: ",
        ),
        (
            Altered("/a/gitlab.rb", source=True, how="missing"),
            {"back_to": 1},
            "differs: /a/gitlab.rb: it is missing (see: ",
        ),
        (
            Altered("/a/config.yml", ("registry",), how="mode"),
            {},
            "differs: /a/config.yml: its mode is not the one that glctl gave it for generation 3 (see: ",
        ),
        (
            Altered("/a/images", how="owner"),
            {},
            "differs: /a/images: its owner is not the one that glctl gave it for generation 3 (see: ",
        ),
        (
            Altered("/env/READONLY", ("registry",), how="read-only"),
            {},
            "refuses pushes: registry: a garbage collection was interrupted (to let them in again: ",
        ),
        (
            Altered("/env/READONLY", ("registry",), how="read-only"),
            {"at_work": 9},
            "refuses pushes: registry: garbage is being collected (glctl is at work, pid 9)",
        ),
    ],
)
def test_how_it_differs(
    add: Add, status: Any, found: Any, altered: Altered, more: dict[str, int], line: str
) -> None:
    add("registry")
    found(altered, **more)
    assert status()[1].splitlines()[1].startswith(line)


@pytest.mark.parametrize(
    ("gitlab_rb", "said"),
    [
        ("registry['x'] = 1\nregistry['y' = 2\n", ":2:9: this bracket is never closed"),
        ("registry['log_level'] = 7\nregistry['enable'] = [\n", ":2:22: this bracket is never closed"),
        (
            "registry_external_url 'x'\nregistry['env'] = 7\n",
            ":1:1: registry_external_url 'x' is no address for clients: it has no scheme, and 2 more",
        ),
    ],
)
def test_a_changed_gitlab_rb_that_is_wrong(
    root: Root, add: Add, status: Any, found: Any, gitlab_rb: str, said: str
) -> None:
    add("registry")
    path = root.at("/etc/gitlab/gitlab.rb")
    path.parent.mkdir(parents=True)
    path.write_text(gitlab_rb)
    found(Altered(str(path), source=True))
    wrong, differs = status()[1].splitlines()[1:]
    assert wrong == f"wrong: {path}{said} (to see all: CALLED check-config)"
    assert differs.startswith(f"differs: {path}: ")


def test_a_gitlab_rb_that_is_right_or_gone_is_not_called_wrong(
    root: Root, add: Add, status: Any, found: Any
) -> None:
    add("registry")
    path = root.at("/etc/gitlab/gitlab.rb")
    found(Altered(str(path), source=True))
    assert len(status()[1].splitlines()) == 2
    path.parent.mkdir(parents=True)
    path.write_text("registry['log_level'] = 'warn'\n")
    assert len(status()[1].splitlines()) == 2


def test_many_that_differ_are_counted(add: Add, status: Any, found: Any) -> None:
    add("registry")
    found(*(Altered(f"/{number}", how="missing") for number in range(25)), owed=("registry",))
    *_, twentieth, more, owed = status()[1].splitlines()
    assert twentieth.startswith("differs: /19: it is missing")
    assert more.startswith("differs: and 5 more (see: ")
    assert owed.startswith("owed: registry")


def test_what_is_owed_while_glctl_is_at_work(add: Add, status: Any, found: Any) -> None:
    add("registry")
    found(owed=("registry",), at_work=9)
    line = "owed: registry: not yet seen up on its files (glctl is at work, pid 9)"
    assert status()[1].splitlines()[1] == line


def test_a_dead_runsvdir(add: Add, status: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    add("registry")
    code, _, err = status()
    assert code == 0
    assert "runsvdir, does not run" in err
    assert "-> Run: CALLED start" in err
    monkeypatch.setattr(status_command, "is_guarded", lambda _status: True)
    assert status()[2] == ""


def test_a_runsvdir_that_came_after_a_dead_one(
    add: Add, status: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("registry")
    monkeypatch.setattr(supervisor, "find", lambda _root: object())
    assert status()[2] == ""


def test_json_names_it_with_the_service_that_it_concerns(add: Add, status: Any, found: Any) -> None:
    add("registry")
    add("nginx")
    found(
        Altered("/gitlab.rb", source=True),
        Altered("/config.yml", ("registry",)),
        Altered("/nginx.conf", ("nginx",)),
        owed=("registry/log",),
    )
    registry, nginx = json.loads(status("--format", "json")[1])
    assert (registry["owed"], registry["differs"]) == (True, ["/gitlab.rb", "/config.yml"])
    assert (nginx["owed"], nginx["differs"]) == (False, ["/gitlab.rb", "/nginx.conf"])
