import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl import __version__, cli
from glctl.commands import history
from glctl.converge.desired import examine
from glctl.converge.generations import Generation, Generations
from glctl.converge.plan import digests
from glctl.converge.state import GENERATIONS_DIR, Applied, locked
from glctl.converge.tree import Tree
from glctl.paths import CONFIG_FILE, Root
from glctl.services.runit import Status
from glctl.settings.platform import DEBIAN

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
WARN = "registry['log_level'] = 'warn'"

Keep = Callable[..., Generation]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    monkeypatch.setattr("time.localtime", time.gmtime)
    return Root(tmp_path)


@pytest.fixture
def keep(root: Root, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Keeps what some lines of gitlab.rb make, a minute after the last; services were seen up on it."""
    clock = iter(range(60, 6000, 60))

    def keep(*lines: str, back_to: int | None = None) -> Generation:
        file = root.at(CONFIG_FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(GOOD + "\n".join(lines))
        made = examine(root, file, DEBIAN)
        with monkeypatch.context() as patch:
            patch.setattr("time.time", lambda: float(next(clock)))
            kept = Generations(Tree(root)).keep(made, made.resources(), back_to)
        for name, wanted in digests(kept.resources).items():
            Applied(Tree(root)).record(name, wanted)
        return kept

    return keep


@pytest.fixture
def run(root: Root, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), "history", *args])
        said = capsys.readouterr()
        return code, said.out, said.err.replace(f"glctl --root {root.path}", "glctl")

    return run


def test_none_is_kept_yet(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (0, "")
    assert err.startswith("No generation is kept yet.")
    assert run("--format", "json") == (0, "[]\n", "")


def test_the_newest_comes_first_with_what_it_changed(keep: Keep, run: Run) -> None:
    keep()
    keep(WARN)
    keep(WARN, "# a comment")
    keep("registry['env'] = { 'N' => '1' }", "registry['svlogd_size'] = 9")
    keep(back_to=1)
    size = "registry['svlogd_size'] 9 -> 209715200"
    many = "registry['env'], registry['log_level'] 'warn' -> 'info'"
    code, out, err = run()
    assert (code, err) == (0, "")
    assert [line.replace("1970-01-01 ", "") for line in out.splitlines()] == [
        f"*   5  00:05:00  back to 1; registry['env'], {size}; log/config, env/N",
        f"    4  00:04:00  {many} and 1 more; registry/config.yml, env/N and 1 more",
        "    3  00:03:00  only the text of gitlab.rb",
        "    2  00:02:00  nothing older is kept",
    ]


def test_an_upgrade_of_glctl_is_named(keep: Keep, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr("glctl.converge.generations.__version__", "99")
    keep(WARN)
    assert f"  glctl {__version__} -> 99; registry['log_level']" in run()[1]


def test_one_with_its_differences(keep: Keep, run: Run, root: Root) -> None:
    keep("registry['env'] = { 'TOKEN' => 'hunter1' }")
    keep(WARN, "registry['env'] = { 'TOKEN' => 'hunter2' }")
    code, out, _ = run("2")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("Generation 2: 1970-01-01 00:02:00, glctl ")
    assert lines[0].endswith(", it runs now")
    assert lines[1:3] == ["What it changed of generation 1:", "~ gitlab.rb"]
    assert "    +registry['log_level'] = 'warn'" in lines
    assert f"~ update {root.at('/var/opt/gitlab/registry/config.yml')}" in lines
    assert "    +  level: warn" in lines
    assert "content differs: [MASKED]" in out
    assert "hunter" not in out
    code, out, _ = run("1")
    assert (code, out.splitlines()[1]) == (0, "Nothing older is kept that it could be compared with.")


def test_what_is_left_where_it_is(keep: Keep, run: Run, root: Root) -> None:
    keep("gitlab_rails['registry_path'] = '/srv/old'")
    keep("gitlab_rails['registry_path'] = '/srv/new'")
    out = run("2")[1]
    assert f"  no longer used, and left: {root.at('/srv/old')}" in out.splitlines()
    assert json.loads(run("2", "--format", "json")[1])["left"] == [str(root.at("/srv/old"))]


def test_one_that_is_not_kept(keep: Keep, run: Run) -> None:
    keep()
    code, out, err = run("3")
    assert (code, out) == (1, "")
    assert "There is no generation 3." in err
    assert run("0")[0] == 2


def test_json(keep: Keep, run: Run) -> None:
    keep()
    keep(WARN, back_to=1)
    newest, oldest = json.loads(run("--format", "json")[1])
    assert list(newest) == [
        "number",
        "at",
        "glctl",
        "current",
        "back_to",
        "before",
        "settings",
        "sources",
        "changes",
        "left",
    ]
    assert (newest["number"], newest["at"], newest["current"]) == (2, "1970-01-01T00:02:00Z", True)
    assert (newest["back_to"], newest["before"], newest["settings"]) == (1, 1, ["registry.log_level"])
    assert [source["path"] for source in newest["sources"]] == ["gitlab.rb"]
    [change] = newest["changes"]
    assert (change["action"], "+  level: warn" in change["diff"]) == ("update", True)
    assert (oldest["number"], oldest["current"], oldest["before"], oldest["changes"]) == (1, False, None, [])
    assert json.loads(run("2", "--format", "json")[1]) == newest


def test_a_run_that_has_not_come_to_its_end(keep: Keep, run: Run, root: Root) -> None:
    keep()
    keep(WARN)
    Applied(Tree(root)).forget("registry")
    _, out, err = run()
    assert [line[:5] for line in out.splitlines()] == ["?   2", "    1"]
    assert "not come to its end, and its files may be in use by registry. `glctl reconfigure` finishes" in err
    assert "`glctl rollback` goes back to generation 2" in err
    assert not any(each["current"] for each in json.loads(run("--format", "json")[1]))
    with locked(Tree(root)):
        assert f"at work, pid {os.getpid()}: not yet seen up on its files: registry." in run()[2]


def test_a_stopped_service_with_new_files(keep: Keep, run: Run, root: Root) -> None:
    keep()
    Applied(Tree(root)).record("registry", {"restart": "other"})
    stopped = Status("down", want="down")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "look", lambda _directory: stopped)
        _, out, err = run()
    assert out.startswith("?   1")
    assert "stopped, with files that were not yet seen up: registry. After `glctl start`" in err


def test_a_damaged_one_is_named(keep: Keep, run: Run, root: Root) -> None:
    keep()
    keep(WARN)
    file = root.at(f"{GENERATIONS_DIR}/1.json")
    file.write_text("{")
    code, out, err = run()
    assert (code, len(out.splitlines())) == (0, 1)
    assert err == f"note: {file} is damaged, and left out.\n"


def test_a_time_is_this_hosts(keep: Keep) -> None:
    assert history.when(keep()) == "1970-01-01 00:01:00"


def test_control_characters_do_not_reach_the_terminal(keep: Keep, run: Run) -> None:
    keep()
    keep("# \x1b[31m")
    assert "\x1b" not in run("2")[1]
