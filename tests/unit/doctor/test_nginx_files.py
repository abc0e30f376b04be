"""Where nginx's service has its files, and whether it has read them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from glctl.converge import nginx_test
from glctl.doctor import nginx_files
from glctl.doctor.check import NotTriedError
from glctl.paths import SV_DIR

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.doctor.observed import Observed


def run_script(root: Path, command: str) -> None:
    path = root / SV_DIR.lstrip("/") / "nginx/run"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\ncd {root}/n\nexec chpst -P {command}\n")


def test_where_omnibus_has_them(observed: Observed, tmp_path: Path) -> None:
    at = nginx_files.place(observed)
    assert at.prefix == tmp_path / "var/opt/gitlab/nginx"
    assert at.conf == at.prefix / "conf/nginx.conf"


def test_where_the_service_has_them(observed: Observed, tmp_path: Path) -> None:
    run_script(tmp_path, f"/opt/nginx -p {tmp_path}/n -c own.conf")
    at = nginx_files.place(observed)
    assert at == nginx_files.Place("/opt/nginx", tmp_path / "n", tmp_path / "n/own.conf")


def test_a_program_that_is_not_there(observed: Observed, tmp_path: Path) -> None:
    run_script(tmp_path, f"{tmp_path}/nginx -p {tmp_path}")
    with pytest.raises(NotTriedError, match="is not installed"):
        nginx_files.test(observed)


def test_a_program_that_comes_to_no_end(
    observed: Observed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_script(tmp_path, f"/bin/sh -p {tmp_path}")
    (tmp_path / "nginx").write_text("")
    monkeypatch.setattr(nginx_files, "place", lambda _: nginx_files.Place("/bin/sh", tmp_path, tmp_path))
    monkeypatch.setattr(nginx_test, "try_files", lambda *_: None)
    with pytest.raises(NotTriedError, match="no end"):
        nginx_files.test(observed)


def test_a_file_that_is_newer_than_the_workers(observed: Observed, tmp_path: Path) -> None:
    """This process's parent stands for nginx's master: its children have started long before."""
    conf = nginx_files.place(observed).conf
    conf.parent.mkdir(parents=True)
    conf.touch()
    os.utime(conf, (time.time() + 60, time.time() + 60))
    [told] = nginx_files.unread(observed, os.getppid())
    assert told == f"{conf} changed after nginx had last read its files"
    os.utime(conf, (0, 0))
    assert nginx_files.unread(observed, os.getppid()) == ()


def test_an_nginx_without_workers_tells_nothing(observed: Observed) -> None:
    assert nginx_files.unread(observed, os.getpid()) == ()
