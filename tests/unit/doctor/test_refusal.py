from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glctl.doctor import refusal
from glctl.paths import LOG_DIR, Root

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LINE = '{stamp} time="x" level=info msg="token from untrusted issuer: \\"somebody\\""\n'
NOW = 1_800_000_000.0


def write(root: Path, at: float) -> None:
    log = Root(root).at(f"{LOG_DIR}/registry/current")
    log.parent.mkdir(parents=True)
    log.write_text(LINE.format(stamp=datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d_%H:%M:%S.%f")[:-1]))


def test_the_reason_stands_in_the_log(tmp_path: Path) -> None:
    write(tmp_path, NOW + 0.5)
    [why] = refusal.said(Root(tmp_path), NOW)
    assert "somebody" in why


def test_what_was_said_before_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal, "_PATIENCE", 0.05)
    write(tmp_path, NOW - 0.5)
    assert refusal.said(Root(tmp_path), NOW) == []
