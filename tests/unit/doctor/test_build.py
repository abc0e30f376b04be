"""Which build of the registry a host has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.doctor.build import ask, read
from glctl.doctor.check import NotTriedError
from glctl.paths import SV_DIR

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.doctor.observed import Observed


@pytest.mark.parametrize(
    ("said", "version", "gitlabs"),
    [
        ("docker-registry github.com/docker/distribution 2.8.2+ds1\n", (2, 8), False),
        ("registry github.com/docker/distribution v4.32.0-gitlab", (4, 32), True),
        ("registry github.com/distribution/distribution/v3 v3.0.0-rc.1", (3, 0), False),
    ],
)
def test_what_programs_say(said: str, version: tuple[int, int], gitlabs: bool) -> None:
    build = read("/r", said)
    assert build
    assert (build.version, build.is_gitlabs) == (version, gitlabs)


def test_a_program_that_names_none() -> None:
    assert read("/r", "registry unknown") is None


def service(root: Path, script: str) -> None:
    program = root / "registry"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    run = root / SV_DIR.lstrip("/") / "registry/run"
    run.parent.mkdir(parents=True)
    run.write_text(f"#!/bin/sh\nexec chpst -P {program} serve /c.yml\n")


def test_the_program_of_the_service_is_asked(observed: Observed, tmp_path: Path) -> None:
    service(tmp_path, '[ "$1" = --version ] && echo registry v2.8.3')
    assert ask(observed).said == "registry v2.8.3"


@pytest.mark.parametrize("script", ["exit 1", "echo hello"])
def test_one_that_does_not_tell(observed: Observed, tmp_path: Path, script: str) -> None:
    service(tmp_path, script)
    with pytest.raises(NotTriedError, match="names no version"):
        ask(observed)


def test_one_that_is_not_there(observed: Observed, tmp_path: Path) -> None:
    service(tmp_path, "")
    (tmp_path / "registry").unlink()
    with pytest.raises(NotTriedError, match="does not answer"):
        ask(observed)


def test_no_service(observed: Observed) -> None:
    with pytest.raises(NotTriedError, match="which program"):
        ask(observed)
