from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from servers import program

from glctl.converge.apply import apply
from glctl.converge.desired import Configuration
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.rotation import rotation_problems
from glctl.converge.tree import Tree
from glctl.paths import CONFIG_FILE, Root

Configure = Callable[..., Configuration]
LOGS = "/var/log/gitlab/nginx"
MISSPELT = "nginx['logrotate_method'] = 'copytruncat'"


@pytest.fixture(autouse=True)
def logrotate() -> str:
    return program("logrotate")


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    yield
    assert [*temporary.iterdir()] == []


@pytest.fixture
def prepared(configure: Configure) -> Callable[..., Prepared]:
    return lambda *lines: prepare(configure("logrotate['enable'] = true", *lines))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "logging['logrotate_size'] = '10M'",
        "logging['logrotate_method'] = 'copytruncate'",
        "nginx['logrotate_postrotate'] = 'exit 1'",
    ],
)
def test_logrotate_likes_what_is_rendered(prepared: Callable[..., Prepared], line: str, root: Root) -> None:
    root.at(LOGS).mkdir(parents=True, mode=0o777)  # a run makes that right
    log = root.at(LOGS) / "access.log"
    log.write_text("a line\n")
    assert [*rotation_problems(prepared(line))] == []
    assert [*log.parent.iterdir()] == [log]
    assert not root.at("/var/opt").exists()


def test_what_it_would_leave_out_is_told_with_its_setting(
    prepared: Callable[..., Prepared], root: Root
) -> None:
    [(what, hint)] = rotation_problems(prepared(MISSPELT))
    file = root.at("/var/opt/gitlab/logrotate/logrotate.d/nginx")
    first, said = what.splitlines()
    assert first == "logrotate refuses the new configuration:"
    assert said == f"    {file}: unknown option 'copytruncat' -- ignoring line"
    assert hint.startswith(f"It comes from nginx['logrotate_method']: {root.at(CONFIG_FILE)}:")


def test_files_that_do_not_change_are_not_tried(
    prepared: Callable[..., Prepared], configure: Configure, tree: Tree
) -> None:
    before = prepared(MISSPELT)
    apply(before.plan.changes, before.resources, tree, before.configuration.host)
    assert [*rotation_problems(prepared(MISSPELT, "registry['log_level'] = 'warn'"))] == []


def test_what_points_to_no_setting_is_told_all_the_same(prepared: Callable[..., Prepared]) -> None:
    [(what, hint)] = rotation_problems(prepared("nginx['logrotate_method'] = 'su nosuch nosuch2'"))
    assert "unknown user 'nosuch'" in what
    assert hint.startswith("It comes from")
    [(what, hint)] = rotation_problems(prepared("nginx['logrotate_method'] = 'rotate'"))
    assert "logrotate.d/nginx: " in what
    assert hint.startswith("Look at")


def test_without_the_program_that_is_told_elsewhere(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    made = prepared(MISSPELT)
    platform = made.configuration.host.platform
    gone = replace(platform, logrotate=replace(platform.logrotate, path=str(tmp_path / "gone")))
    host = replace(made.configuration.host, platform=gone)
    made = replace(made, configuration=replace(made.configuration, host=host))
    assert [*rotation_problems(made)] == []
