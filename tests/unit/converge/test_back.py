from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import rendered
from glctl.converge.apply import apply
from glctl.converge.back import prepare_back, restore, set_aside
from glctl.converge.desired import Configuration
from glctl.converge.generations import Generation, Generations
from glctl.converge.prepare import prepare
from glctl.converge.tree import Tree
from glctl.paths import SECRETS_FILE, Root
from glctl.settings.platform import DEBIAN

Configure = Callable[..., Configuration]
SECRETS = '{"registry": {"http_secret": "abc", "internal_key": "k", "internal_certificate": "c"}}\n'


@pytest.fixture
def converge(configure: Configure, tree: Tree) -> Callable[..., Generation]:
    """Brings the files to what some lines of gitlab.rb make, and keeps that."""

    def converge(*lines: str) -> Generation:
        configuration = configure(*lines)
        prepared = prepare(configuration)
        apply(prepared.plan.changes, prepared.resources, tree, configuration.host)
        return Generations(tree).keep(configuration, prepared.resources)

    return converge


@pytest.fixture(autouse=True)
def secrets(root: Root) -> Path:
    file = root.at(SECRETS_FILE)
    file.parent.mkdir(parents=True)
    file.write_text(SECRETS)
    return file


def changed(root: Root, generation: Generation, **more: Any) -> list[str]:
    plan = prepare_back(generation, root, DEBIAN, **more).plan
    return [Path(change.path).name for change in plan.changes]


def test_the_last_generation_changes_nothing(converge: Any, root: Root) -> None:
    assert changed(root, converge()) == []


def test_an_older_one_brings_its_files_back(converge: Any, root: Root) -> None:
    first = converge("registry['log_level'] = 'warn'")
    converge("registry['env'] = { 'A' => 'b' }")
    assert changed(root, first) == ["config.yml", "A"]
    prepared = prepare_back(first, root, DEBIAN)
    assert prepared.back_to == 1
    assert prepared.resources == first.resources
    assert prepared.configuration.effective["registry.log_level"] == "warn"


def test_what_it_rendered_is_applied_as_it_was(
    converge: Any, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = converge()
    monkeypatch.setattr(rendered, "resources", lambda *_: pytest.fail("rendered anew"))
    assert prepare_back(first, root, DEBIAN).resources == first.resources


def test_secrets_that_are_there_stay_unless_asked_for(converge: Any, root: Root, secrets: Path) -> None:
    first = converge()
    secrets.write_text(SECRETS.replace("abc", "def"))
    converge()
    assert changed(root, first) == ["config.yml"]
    assert changed(root, first, restore_config=True) == ["gitlab-secrets.json", "config.yml"]


def test_secrets_that_are_gone_come_back(converge: Any, root: Root, secrets: Path) -> None:
    first = converge()
    secrets.unlink()
    assert changed(root, first) == ["gitlab-secrets.json"]


def test_what_is_replaced_is_set_aside_with_its_protection(root: Root, tree: Tree, secrets: Path) -> None:
    secrets.chmod(0o640)
    assert not set_aside(secrets, secrets.read_bytes(), tree)
    assert set_aside(secrets, b"other", tree)
    beside = secrets.with_name("gitlab-secrets.json.before-rollback")
    assert (beside.read_text(), oct(beside.stat().st_mode)[-3:]) == (secrets.read_text(), "640")
    assert not set_aside(root.at("/absent"), b"", tree)


def test_a_restored_file_keeps_its_protection(root: Root, tree: Tree) -> None:
    file = root.at("/etc/gitlab/gitlab.rb")
    restore(file, b"new", tree)
    assert (file.read_bytes(), oct(file.stat().st_mode)[-3:]) == (b"new", "600")
    file.chmod(0o644)
    restore(file, b"newer", tree)
    assert (file.read_bytes(), oct(file.stat().st_mode)[-3:]) == (b"newer", "644")
