"""A root with a gitlab.rb, and what converge makes of it. No service is started here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from glctl.converge.desired import Configuration, examine
from glctl.converge.tree import Tree
from glctl.paths import CONFIG_FILE, Root
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for nginx has the workers that the real one would have."""
    monkeypatch.setattr("glctl.services.control.children", lambda _pid: (1,))


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "root").mkdir()
    return Root(tmp_path / "root")


@pytest.fixture
def tree(root: Root) -> Tree:
    return Tree(root)


@pytest.fixture
def configure(root: Root) -> Callable[..., Configuration]:
    """Makes the Configuration of a good gitlab.rb and some lines more."""

    def configure(*lines: str) -> Configuration:
        file = root.at(CONFIG_FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(GOOD + "\n".join(lines))
        return examine(root, file, DEBIAN)

    return configure
