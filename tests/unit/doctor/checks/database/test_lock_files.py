from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.database.lock_files import CHECK, mode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

DATABASE, FILESYSTEM = "database-in-use", "filesystem-in-use"


def config(enabled: Any) -> dict[str, Any]:
    return {"storage": {"filesystem": {"rootdirectory": "/images"}}, "database": {"enabled": enabled}}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Storage with one repository."""
    (tmp_path / "images/docker/registry/v2/repositories/a/_manifests").mkdir(parents=True)
    (tmp_path / "images/docker/registry/lockfiles").mkdir()
    return tmp_path / "images"


@pytest.mark.parametrize(
    ("marks", "enabled", "codes"),
    [
        ([DATABASE], True, []),
        ([DATABASE], "prefer", []),
        ([DATABASE], False, ["database-turned-off"]),
        ([FILESYSTEM], False, []),
        ([FILESYSTEM], "prefer", []),
        ([FILESYSTEM], True, ["database-not-imported"]),
        ([DATABASE, FILESYSTEM], True, ["database-both-marks"]),
        ([DATABASE, FILESYSTEM], False, ["database-both-marks"]),
        ([], "prefer", ["database-without-mark"]),
        ([], "true", ["database-without-mark"]),
    ],
)
def test_marks_against_the_setting(
    new_facts: Callable[..., Facts], run: Any, images: Path, marks: list[str], enabled: Any, codes: list[str]
) -> None:
    for mark in marks:
        (images / "docker/registry/lockfiles" / mark).touch()
    findings, _ = run(CHECK, new_facts(config=config(enabled)))
    assert [finding.code for finding in findings] == codes


def test_a_new_registry_has_no_mark_yet(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts(config=config(True)))[0] == []


def test_a_registry_without_a_database(new_facts: Callable[..., Facts], run: Any, images: Path) -> None:
    with pytest.raises(NotTriedError, match="there is none"):
        run(CHECK, new_facts())


@pytest.mark.parametrize(
    ("enabled", "wanted"),
    [(True, "on"), ("true", "on"), ("prefer", "prefer"), (False, "off"), (None, "off")],
)
def test_how_it_is_wanted(new_facts: Callable[..., Facts], enabled: Any, wanted: str) -> None:
    assert mode(new_facts(config=config(enabled))) == wanted
