from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.services.log_service import CHECK
from glctl.paths import SV_DIR
from glctl.services import runit
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """The registry's log directory, which its log service is told of."""
    path = tmp_path / "logs"
    path.mkdir()
    run = tmp_path / SV_DIR.lstrip("/") / "registry/log/run"
    run.parent.mkdir(parents=True)
    run.write_text(f"#!/bin/sh\nexec svlogd -tt {path}\n")
    return path


def examined(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch, status: Status
) -> list[str]:
    monkeypatch.setattr(runit, "look", lambda _: status)
    services = {"registry": new_facts().services()["registry"]}
    return [finding.code for finding in run(CHECK, new_facts(services=services))[0]]


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (Status("run", pid=os.getpid(), want="up"), []),
        (Status("down", want="down"), ["log-service-down"]),
        (Status("not installed"), []),
    ],
)
def test_svlogd_is_up(
    new_facts: Callable[..., Facts],
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    logs: Path,
    status: Status,
    codes: list[str],
) -> None:
    assert examined(new_facts, run, monkeypatch, status) == codes


def test_a_directory_that_is_gone(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch, logs: Path
) -> None:
    logs.rmdir()
    status = Status("run", pid=os.getpid())
    assert examined(new_facts, run, monkeypatch, status) == ["log-directory-missing"]


@pytest.mark.parametrize(
    ("available", "inodes", "flags", "codes"),
    [
        (10**6, 1000, 0, []),
        (5, 1000, 0, ["log-directory-full"]),
        (10**6, 1, 0, ["log-directory-full"]),
        (10**6, 1000, os.ST_RDONLY, ["log-directory-full"]),
    ],
)
def test_room_for_more(
    new_facts: Callable[..., Facts],
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    logs: Path,
    available: int,
    inodes: int,
    flags: int,
    codes: list[str],
) -> None:
    info = os.statvfs_result((4096, 4096, 10**6, available, available, 1000, inodes, inodes, flags, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: info)
    assert examined(new_facts, run, monkeypatch, Status("run", pid=os.getpid())) == codes


def test_a_log_that_was_removed_under_svlogd(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch, logs: Path
) -> None:
    with (logs / "current").open("w") as held:
        process = subprocess.Popen(["sleep", "60"], stdout=held)
    try:
        status = Status("run", pid=process.pid)
        assert examined(new_facts, run, monkeypatch, status) == []
        (logs / "current").unlink()
        assert examined(new_facts, run, monkeypatch, status) == ["log-file-lost"]
    finally:
        process.kill()
        process.wait()


def test_nothing_is_enabled(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="no service"):
        run(CHECK, new_facts(services={}))
