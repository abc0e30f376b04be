from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.errors import GlctlError
from glctl.paths import UNIT_FILE, Root
from glctl.services import systemd

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for systemctl that notes what it is told."""
    program, notes = tmp_path / "systemctl", tmp_path / "told"
    program.write_text(f'#!/bin/sh\necho "$@" >>{notes}\n')
    program.chmod(0o755)
    monkeypatch.setattr(systemd, "_SYSTEMCTL", str(program))
    return notes


def test_a_sandbox_s_supervisor_is_never_systemd_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "_RUNNING", tmp_path)
    unit = Root(tmp_path).at(UNIT_FILE)
    unit.parent.mkdir(parents=True)
    unit.touch()
    assert systemd.is_running()
    assert not systemd.starts_supervisor(Root(tmp_path))


def test_the_unit_is_read_as_it_is_now_and_started(told: Path) -> None:
    systemd.start_supervisor()
    assert told.read_text().splitlines() == [
        "--no-ask-password daemon-reload",
        "--no-ask-password start glctl-runsvdir.service",
    ]


def test_a_refusal_is_told_with_systemd_s_own_words(told: Path, tmp_path: Path) -> None:
    (tmp_path / "systemctl").write_text("#!/bin/sh\necho Unit is \033masked. >&2\nexit 1\n")
    with pytest.raises(GlctlError) as caught:
        systemd.start_supervisor()
    assert caught.value.message.startswith("systemctl daemon-reload failed: Unit is ")
    assert "\033" not in caught.value.message
    assert caught.value.hint == "See: journalctl -u glctl-runsvdir.service"


def test_a_missing_systemctl_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "_SYSTEMCTL", str(tmp_path / "nowhere"))
    with pytest.raises(GlctlError, match="systemctl daemon-reload failed"):
        systemd.start_supervisor()
