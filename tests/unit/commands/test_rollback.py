import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glctl import cli
from glctl.commands import rollback
from glctl.converge import preflight as looking
from glctl.converge.apply import apply
from glctl.converge.carry_out import Result
from glctl.converge.desired import examine
from glctl.converge.generations import Generations
from glctl.converge.plan import digests
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.paths import CONFIG_FILE, Root
from glctl.settings.platform import DEBIAN

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
WARN = "registry['log_level'] = 'warn'"
CONFIG_YML = "/var/opt/gitlab/registry/config.yml"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


def settle(prepared: Prepared, root: Root) -> None:
    """Writes the files of a run, as if services had been seen up on them."""
    tree = Tree(root)
    apply(prepared.plan.changes, prepared.resources, tree, prepared.configuration.host)
    for name, wanted in digests(prepared.resources).items():
        Applied(tree).record(name, wanted)
    Generations(tree).keep(prepared.configuration, prepared.resources, prepared.back_to)


@pytest.fixture
def converge(root: Root) -> Callable[..., None]:
    def converge(*lines: str) -> None:
        file = root.at(CONFIG_FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(GOOD + "\n".join(lines))
        settle(prepare(examine(root, file, DEBIAN)), root)

    return converge


@pytest.fixture(autouse=True)
def order(root: Root, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What happens in which order, where nothing is in the way and services come up at once."""
    happened: list[Any] = []

    def carry_back(prepared: Prepared, config_file: Path | None, *_: Any) -> Result:
        happened.append(config_file)
        settle(prepared, root)
        return Result()

    monkeypatch.setattr(looking, "preflight", lambda _, trial: happened.append("preflight"))
    monkeypatch.setattr(rollback, "carry_back", carry_back)
    return happened


@pytest.fixture
def run(root: Root, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), "rollback", *args])
        said = capsys.readouterr()
        return code, said.out, said.err.replace(f"glctl --root {root.path}", "glctl")

    return run


def test_to_the_one_before(converge: Any, run: Run, root: Root, order: list[Any]) -> None:
    converge(WARN)
    converge()
    code, out, err = run()
    assert (code, order) == (0, ["preflight", None])
    assert out.startswith("Back to generation 1 of ")
    assert f"~ update {root.at(CONFIG_YML)}" in out
    assert "    +  level: warn" in out
    assert "Made 1 change" in out
    assert f"what runs now is not what {root.at(CONFIG_FILE)} says" in err
    assert "glctl rollback 3 --restore-config" in err
    assert "level: warn" in root.at(CONFIG_YML).read_text()
    last = Generations(Tree(root)).last()
    assert last
    assert (last.number, last.back_to) == (3, 1)


def test_a_dry_run_changes_nothing(converge: Any, run: Run, root: Root, order: list[Any]) -> None:
    converge(WARN)
    converge()
    assert run("--dry-run", "--detailed-exitcode")[0] == 2
    order.clear()
    code, out, err = run("--dry-run", "--no-diff")
    assert (code, order) == (0, ["preflight"])
    assert "--restore-config" not in err
    assert "Would make 1 change" in out
    assert "@@" not in out
    assert "level: warn" not in root.at(CONFIG_YML).read_text()


def test_with_its_gitlab_rb(converge: Any, run: Run, root: Root, order: list[Any]) -> None:
    converge(WARN)
    converge()
    run("1", "--restore-config")
    assert order == ["preflight", root.at(CONFIG_FILE)]


def test_json(converge: Any, run: Run) -> None:
    converge(WARN)
    converge()
    report = json.loads(run("--format", "json")[1])
    assert list(report)[-1] == "generation"
    assert (report["generation"], report["changed"], len(report["changes"])) == (1, True, 1)


def test_a_failure_is_one_json_document_too(converge: Any, run: Run) -> None:
    converge()
    code, out, _ = run("--format", "json")
    report = json.loads(out)
    assert (code, report["changes"], report["generation"]) == (1, [], None)
    assert report["error"]["message"] == "There is no older generation to go back to."


def test_without_an_older_one(converge: Any, run: Run, order: list[Any]) -> None:
    converge()
    code, out, err = run()
    assert (code, out, order) == (1, "", [])
    assert "There is no older generation to go back to." in err


def test_an_omnibus_host_is_left_to_chef(converge: Any, run: Run, root: Root, order: list[Any]) -> None:
    converge()
    root.at("/opt/gitlab/embedded").mkdir()
    code, _, err = run("1")
    assert (code, order) == (1, [])
    assert "sudo gitlab-ctl reconfigure" in err


def test_an_interrupted_one_says_how_to_finish_it(
    converge: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    converge(WARN)
    converge()

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rollback, "carry_back", interrupt)
    code, _, err = run()
    assert code == 130
    assert "Interrupted. To finish it: glctl rollback 1" in err
