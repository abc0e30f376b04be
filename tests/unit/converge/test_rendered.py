import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import rendered
from glctl.converge.desired import Configuration
from glctl.converge.tree import Tree
from glctl.paths import Root
from glctl.render.resources import File
from glctl.render.sources import source_files

Configure = Callable[..., Configuration]


@pytest.fixture
def remembered(configure: Configure, tree: Tree) -> Configuration:
    """A configuration whose rendering is remembered, with a mark that tells the memory from rendering."""
    configuration = configure("registry['env'] = { 'TOKEN' => 'one', 'B' => '2' }")
    rendered.remember(configuration, (*configuration.resources(), MARK), tree)
    return configuration


MARK = File("/mark", b"\x00\xff")


def is_remembered(configuration: Configuration, tree: Tree) -> bool:
    return MARK in rendered.resources(configuration, tree)


def test_what_was_rendered_is_remembered_to_the_last_detail(remembered: Configuration, tree: Tree) -> None:
    assert rendered.resources(remembered, tree) == (*remembered.resources(), MARK)


def test_the_memory_is_as_secret_as_the_files(remembered: Configuration, tree: Tree, root: Root) -> None:
    assert oct(root.at(rendered.MEMORY).stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize(
    "lines",
    [
        "registry['env'] = { 'TOKEN' => 'two', 'B' => '2' }",
        "registry['env'] = { 'B' => '2', 'TOKEN' => 'one' }",  # chpst does not mind; nginx would
        "registry['env'] = { 'TOKEN' => 'one', 'B' => 2 }",
        "registry['log_level'] = 'warn'",
    ],
)
def test_another_setting_is_rendered_anew(
    remembered: Configuration, configure: Configure, tree: Tree, lines: str
) -> None:
    assert is_remembered(remembered, tree)
    assert not is_remembered(configure(lines), tree)


@pytest.mark.parametrize(
    "host",
    [
        {"invoker": "somebody"},
        {"privileged": False},
        {"root": Root()},
        {"users": frozenset({"registry"}), "groups": frozenset({"registry"}), "privileged": True},
    ],
    ids=str,
)
def test_another_host_is_rendered_anew(remembered: Configuration, tree: Tree, host: dict[str, Any]) -> None:
    was = replace(remembered.host, privileged=True)
    before = replace(remembered, host=was)
    rendered.remember(before, (MARK,), tree)
    assert is_remembered(before, tree)
    assert not is_remembered(replace(before, host=replace(was, **host)), tree)


def test_accounts_that_the_run_itself_made_change_nothing(remembered: Configuration, tree: Tree) -> None:
    own = replace(remembered.host, privileged=True, root=Root())
    rendered.remember(replace(remembered, host=own), (MARK,), tree)
    names = frozenset({"registry", "gitlab-www"})
    assert is_remembered(replace(remembered, host=replace(own, users=names, groups=names)), tree)


def test_other_secrets_are_rendered_anew(remembered: Configuration, tree: Tree) -> None:
    other = replace(remembered.secrets, document={**remembered.secrets.document, "more": {"a": "b"}})
    assert not is_remembered(replace(remembered, secrets=other), tree)


def test_another_version_is_rendered_anew(
    remembered: Configuration, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendered, "__version__", "9")
    assert not is_remembered(remembered, tree)


@pytest.mark.parametrize("name", ["config.yml.j2", "nginx.py"])
def test_another_template_or_other_code_is_rendered_anew(
    remembered: Configuration, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    other = [path for path in source_files() if path.name != name]
    (tmp_path / name).write_text("other")
    monkeypatch.setattr(rendered, "source_files", lambda: [*other, tmp_path / name])
    assert not is_remembered(remembered, tree)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"\xff", b"half"])
def test_a_damaged_memory_is_none(remembered: Configuration, tree: Tree, root: Root, damage: bytes) -> None:
    root.at(rendered.MEMORY).write_bytes(damage)
    assert rendered.resources(remembered, tree) == remembered.resources()


def test_a_memory_that_was_altered_is_none(remembered: Configuration, tree: Tree, root: Root) -> None:
    memory = json.loads(root.at(rendered.MEMORY).read_text())
    next(item for item in memory["resources"] if item["kind"] == "File")["content"] = "b3RoZXI="
    root.at(rendered.MEMORY).write_text(json.dumps(memory))
    assert rendered.resources(remembered, tree) == remembered.resources()
