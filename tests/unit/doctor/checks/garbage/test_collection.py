from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from servers import wait_until

from glctl.doctor.checks.garbage.collection import CHECK
from glctl.services.processes import command_line
from glctl.services.usage import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from glctl.doctor.facts import Facts

READ_ONLY = {"storage": {"maintenance": {"readonly": {"enabled": True}}}}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a program of the registry's name that only sleeps."""
    program = tmp_path / "docker-registry"
    shutil.copy("/bin/sh", program)
    started = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([program, "-c", "sleep 60; :", *words]))
        wait_until(lambda: words[-1] in command_line(started[-1].pid), "it has begun")
        return started[-1]

    yield start
    for process in started:
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        process.kill()
        process.wait()


def test_pushes_are_accepted_and_nothing_is_collected(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts()) == ([], "no collection runs")


def test_a_registry_that_was_left_read_only(new_facts: Callable[..., Facts], run: Any) -> None:
    overrides = ("REGISTRY_STORAGE_MAINTENANCE_READONLY",)
    [finding], _ = run(CHECK, new_facts(config=READ_ONLY, overrides=overrides))
    assert (finding.code, finding.remedy) == ("registry-read-only", "glctl reconfigure")
    assert "REGISTRY_STORAGE_MAINTENANCE_READONLY" in finding.summary


def test_one_that_is_read_only_on_purpose(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(config=READ_ONLY))
    assert "by /registry/config.yml" in finding.summary


@pytest.mark.parametrize("value", [False, {"enabled": False}, {"enabled": "false"}, {}, None])
def test_one_that_is_not(new_facts: Callable[..., Facts], run: Any, value: Any) -> None:
    assert run(CHECK, new_facts(config={"storage": {"maintenance": {"readonly": value}}}))[0] == []


def test_a_collection_under_way(new_facts: Callable[..., Facts], run: Any, start: Any) -> None:
    process = start("garbage-collect", "/registry/config.yml")
    assert run(CHECK, new_facts(config=READ_ONLY)) == ([], f"a collection runs (pid {process.pid})")
    [finding], _ = run(CHECK, new_facts())
    assert finding.code == "garbage-unprotected"


@pytest.mark.parametrize(
    "words", [("garbage-collect", "-d", "/registry/config.yml"), ("garbage-collect", "/other.yml")]
)
def test_one_that_deletes_nothing_here(
    new_facts: Callable[..., Facts], run: Any, start: Any, words: tuple[str, ...]
) -> None:
    start(*words)
    assert run(CHECK, new_facts())[1] == "no collection runs"
