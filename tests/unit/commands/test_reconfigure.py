"""The command line around a run; runs themselves are in tests/integration/test_reconfigure*.py."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl import cli
from glctl.commands import reconfigure
from glctl.converge import carry_out as carrying_out
from glctl.converge import preflight as looking
from glctl.converge import rendered, secrets
from glctl.converge.bring_up import Options
from glctl.converge.carry_out import Done, Result
from glctl.converge.prepare import Prepared
from glctl.converge.roll_back import RolledBackError
from glctl.converge.state import locked
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE, Root

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    (tmp_path / "etc/gitlab/gitlab.rb").write_text(GOOD)
    return Root(tmp_path)


@pytest.fixture
def run(root: Root, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), *args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


given: list[Options] = []  # what carrying out was asked for


@pytest.fixture(autouse=True)
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens in which order, where nothing is in the way and services come up at once."""
    given.clear()
    happened: list[str] = []

    def preflight(_prepared: Prepared, *, trial: bool) -> None:
        happened.append("preflight" if trial else "preflight without a trial")

    def carry_out(prepared: Prepared, tell: Callable[[str], None], options: Options) -> Result:
        happened.append("carry out")
        given.append(options)
        tell("Starting registry.")
        return Result(tuple(Done(due.service, due.action, 1.25) for due in prepared.due))

    class Generated:
        def __init__(self) -> None:
            happened.append("generate")

        def http_secret(self) -> str:
            return "hunter2"

        def key(self) -> str:
            return "hunter2"

        def certificate(self, _key: str) -> str:
            return "CERTIFICATE"

    monkeypatch.setattr(looking, "preflight", preflight)
    monkeypatch.setattr(carrying_out, "carry_out", carry_out)
    monkeypatch.setattr(secrets, "Generated", Generated)
    return happened


def listing(root: Root) -> list[str]:
    return sorted(str(path.relative_to(root.path)) for path in root.path.rglob("*"))


def test_a_run_looks_before_it_locks_and_makes_secrets_under_the_lock(run: Run, order: list[str]) -> None:
    code, out, err = run("reconfigure")
    assert code == 0
    assert order == ["preflight", "generate", "carry out"]
    assert "+ create " in out
    assert "registry started (1.2 s), nginx started (1.2 s)" in out
    assert err.startswith("Starting registry.\n")


def test_a_dry_run_makes_no_secret_and_takes_no_lock(run: Run, order: list[str], root: Root) -> None:
    before = listing(root)
    code, out, _ = run("reconfigure", "--dry-run")
    assert (code, order) == (0, ["preflight"])
    assert out.endswith("changes, then start registry, start nginx, start logrotate. Nothing was touched.\n")
    assert listing(root) == before


@pytest.mark.parametrize("args", [["reconfigure"], ["reconfigure", "--dry-run"]])
def test_what_is_in_the_way_stops_a_run_and_a_dry_run_after_its_summary(
    run: Run, root: Root, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    def refuse(_prepared: Prepared, *, trial: bool) -> None:
        raise GlctlError("Port 5000 is taken.", "Stop that.")

    before = listing(root)
    monkeypatch.setattr(looking, "preflight", refuse)
    code, out, err = run(*args)
    dry = "--dry-run" in args
    assert (code, "config.yml" in out, out.endswith("Nothing was touched.\n")) == (1, True, dry)
    assert err.endswith("glctl: Port 5000 is taken.\n  -> Stop that.\n")
    assert listing(root) == before


@pytest.mark.parametrize("args", [[], ["--dry-run"]])
def test_without_a_trial_the_rest_is_looked_at(run: Run, order: list[str], args: list[str]) -> None:
    assert run("reconfigure", "--no-trial", *args)[0] == 0
    assert order[0] == "preflight without a trial"


@pytest.mark.parametrize(
    ("args", "text", "code"),
    [
        ([], GOOD, 0),
        (["--detailed-exitcode"], GOOD, 2),
        (["--detailed-exitcode", "--dry-run"], GOOD, 2),
        (["--detailed-exitcode"], "", 0),
        ([], "registry['storage'] = 1", 2),
        (["--detailed-exitcode"], "registry['storage'] = 1", 1),
        (["--detailed-exitcode", "--dry-run"], "nosuch['a'] = 1", 1),
        (["--nosuch"], GOOD, 2),
    ],
)
def test_exit_codes(run: Run, root: Root, args: list[str], text: str, code: int) -> None:
    root.at(CONFIG_FILE).write_text(text)
    assert run("reconfigure", *args)[0] == code


def test_json_is_all_that_stdout_gets(run: Run, order: list[str]) -> None:
    _, out, err = run("reconfigure", "--format", "json")
    report = json.loads(out)
    assert list(report) == ["changed", "changes", "services", "rolled_back", "duration_ms"]
    assert report["services"] == [
        {"name": "registry", "action": "start", "seconds": 1.25},
        {"name": "nginx", "action": "start", "seconds": 1.25},
        {"name": "logrotate", "action": "start", "seconds": 1.25},
    ]
    assert "hunter2" not in out + err


@pytest.mark.parametrize(
    ("args", "options"),
    [
        ([], Options(watch=3.0, drain=0.0, roll_back=True)),
        (["--watch", "0.5", "--drain", "20"], Options(watch=0.5, drain=20.0)),
        (["--no-rollback"], Options(roll_back=False)),
    ],
)
def test_how_it_goes_about_services(run: Run, args: list[str], options: Options) -> None:
    assert run("reconfigure", *args)[0] == 0
    assert given == [options]


def test_a_run_that_went_back_says_so_in_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> Result:
        raise RolledBackError(
            "registry did not come up.", "Mend it.", (Done("registry", "restart", 0.5),), "registry"
        )

    monkeypatch.setattr(carrying_out, "carry_out", fail)
    code, out, err = run("reconfigure", "--format", "json", "--detailed-exitcode")
    report = json.loads(out)
    assert (code, report["rolled_back"], len(report["services"])) == (1, True, 1)
    assert report["error"] == {
        "message": "registry did not come up.",
        "hint": "Mend it.",
        "service": "registry",
    }
    assert "glctl: registry did not come up.\n  -> Mend it.\n" in err


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("text", "refused", "code", "changes"),
    [
        (GOOD, GlctlError("Port 5000 is taken.", "Run: glctl status"), 1, True),
        (GOOD, OSError(28, "No space left on device", "/x"), 1, True),
        ("nosuch['a'] = 1", None, 2, False),
    ],
)
def test_a_failure_is_one_json_document_too(
    run: Run,
    root: Root,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    refused: Exception | None,
    code: int,
    changes: bool,
    dry: list[str],
) -> None:
    def refuse(_prepared: Prepared, *, trial: bool) -> None:
        if refused:
            raise refused

    root.at(CONFIG_FILE).write_text(text)
    monkeypatch.setattr(looking, "preflight", refuse)
    ended, out, err = run("reconfigure", "--format", "json", *dry)
    report = json.loads(out)
    assert (ended, bool(report["changes"]), report["rolled_back"]) == (code, changes, False)
    assert report["error"]["message"] in err.replace(
        "No space left on device: /x", "/x: No space left on device"
    )
    assert "Run: glctl status" not in report["error"]["hint"]  # named as this run was called, with its --root


def test_warnings_are_counted_and_with_v_shown(run: Run, root: Root) -> None:
    root.at(CONFIG_FILE).write_text(GOOD + "registry['nosuch'] = 1\n")
    said = f"1 warning about gitlab.rb: `glctl --root {root.path} check-config` shows them."
    assert said in run("reconfigure", "--dry-run")[2]
    assert "registry['nosuch']" in run("-v", "reconfigure", "--dry-run")[2]


@pytest.mark.parametrize("args", [["reconfigure"], ["reconfigure", "--dry-run"]])
def test_a_run_that_fails_says_what_the_warnings_were(
    run: Run, root: Root, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    def refuse(_prepared: Prepared, *, trial: bool) -> None:
        raise GlctlError("Port 5000 is taken.", "Stop that.")

    monkeypatch.setattr(looking, "preflight", refuse)
    file = root.at(CONFIG_FILE)
    file.write_text(GOOD + "".join(f"registry['nosuch{number}'] = 1\n" for number in range(7)))
    *_, last, more, failed, _hint = run(*args)[2].splitlines()
    assert last == f"{file}:7:1: warning: registry has no setting 'nosuch4': it has no effect"
    assert more == f"and 2 more: `glctl --root {root.path} check-config` shows them."
    assert failed == "glctl: Port 5000 is taken."
    assert run("-v", *args)[2].count("no setting 'nosuch4'") == 1


def test_another_run_is_at_work(run: Run, root: Root, order: list[str]) -> None:
    with locked(Tree(root)):
        code, out, err = run("reconfigure")
    assert (code, out) == (1, "")
    assert "Another glctl is changing this host" in err
    assert order == ["preflight"]


def test_what_another_run_has_done_meanwhile_is_not_done_again(
    run: Run, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = reconfigure.prepare
    seen: list[Any] = []

    def then_nothing(configuration: Any) -> Prepared:
        seen.append(configuration)
        made = prepare(configuration)
        return made if len(seen) == 1 else replace(made, plan=replace(made.plan, changes=()), due=())

    monkeypatch.setattr(reconfigure, "prepare", then_nothing)
    code, out, _ = run("reconfigure")
    assert (code, len(seen)) == (0, 2)
    assert out.startswith("Nothing to do")
    assert order == ["preflight", "generate", "carry out"]  # of nothing: only the generation is kept


def test_with_nothing_to_do_what_was_rendered_is_remembered_once(
    run: Run, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade of glctl, whose memory is another version's."""
    root.at(CONFIG_FILE).write_text("registry['enable'] = false\nnginx['enable'] = false\n")
    prepare = reconfigure.prepare

    def nothing(configuration: Any) -> Prepared:
        made = prepare(configuration)
        return replace(made, plan=replace(made.plan, changes=()), due=())

    monkeypatch.setattr(reconfigure, "prepare", nothing)
    memory = root.at(rendered.MEMORY)
    assert run("reconfigure")[0] == 0
    assert not memory.parent.exists()  # nothing was ever set up here
    memory.parent.mkdir(parents=True)
    memory.write_text("{}")
    assert run("reconfigure", "--dry-run")[0] == 0
    assert memory.read_text() == "{}"
    assert run("reconfigure")[1].startswith("Nothing to do")
    first = memory.stat()
    assert len(memory.read_text()) > 100
    assert run("reconfigure")[0] == 0
    assert memory.stat() == first
    memory.write_text("{}")
    with locked(Tree(root)):  # another run will do it
        assert run("reconfigure")[0] == 0


def test_an_omnibus_host_is_left_to_gitlab_ctl(run: Run, root: Root, order: list[str]) -> None:
    (root.path / "opt/gitlab/embedded").mkdir(parents=True)
    code, out, err = run("reconfigure")
    assert (code, out) == (1, "")
    first = f"glctl --root {root.path} reconfigure --dry-run"
    assert f"Use: sudo gitlab-ctl reconfigure (look first: {first})" in err
    code, out, err = run("reconfigure", "--dry-run")
    assert (code, order) == (0, [])  # what is in the way there is Chef's
    assert "To apply gitlab.rb: sudo gitlab-ctl reconfigure" in err
