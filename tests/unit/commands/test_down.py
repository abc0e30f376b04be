from pathlib import Path
from typing import Any

import pytest

from glctl import cli
from glctl.services import teardown
from glctl.services.processes import Process
from glctl.services.teardown import Ended


def test_nothing_was_running(tmp_path: Path, capsys: Any) -> None:
    assert cli.run(["--root", str(tmp_path), "down"]) == 0
    assert capsys.readouterr().out == "Nothing was running.\n"


def test_it_says_what_it_ended_and_what_it_had_to_kill(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = (Ended(Process(5, 0, 1, "runsvdir"), killed=False), Ended(Process(6, 0, 5, "nginx"), killed=True))
    monkeypatch.setattr(teardown, "down", lambda _root: ended)
    assert cli.run(["--root", str(tmp_path), "down"]) == 0
    assert capsys.readouterr().out == "ended: runsvdir (pid 5)\nkilled: nginx (pid 6)\n"


def test_an_omnibus_host_is_left_to_gitlab_ctl(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "opt/gitlab/embedded").mkdir(parents=True)
    assert cli.run(["--root", str(tmp_path), "down"]) == 1
    assert "Use: sudo gitlab-ctl stop" in capsys.readouterr().err


def test_data_goes_only_with_the_rest(tmp_path: Path, capsys: Any) -> None:
    assert cli.run(["--root", str(tmp_path), "down", "--data"]) == 2
    assert "Use: glctl" in capsys.readouterr().err


def test_a_purge_where_nothing_was_made(tmp_path: Path, capsys: Any) -> None:
    assert cli.run(["--root", str(tmp_path), "down", "--purge"]) == 0
    assert capsys.readouterr().out == (
        "Nothing was running.\nRemoved 0 of the things that glctl and its services made.\n"
    )
    assert list(tmp_path.rglob("*gitlab*")) == []


def test_where_nobody_can_be_asked_data_goes_only_with_yes(tmp_path: Path, capsys: Any) -> None:
    assert cli.run(["--root", str(tmp_path), "down", "--purge", "--data"]) == 2
    assert "there is no terminal to ask on" in capsys.readouterr().err
    assert cli.run(["--root", str(tmp_path), "down", "--purge", "--data", "--yes"]) == 0
    assert "no generation is left here that tells where images and logs are" in capsys.readouterr().err
