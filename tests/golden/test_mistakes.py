"""What check-config prints of typical mistakes: excerpt, caret, reason, remedy, as an administrator sees it.

``GLCTL_UPDATE_GOLDEN=1 pytest tests/golden`` writes what it prints now; review the difference before you
commit.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glctl import cli

MISTAKES = Path(__file__).parent / "mistakes"


def test_there_are_many() -> None:
    assert len(list(MISTAKES.glob("*.rb"))) >= 30


@pytest.mark.parametrize("name", sorted(path.stem for path in MISTAKES.glob("*.rb")))
def test_a_typical_mistake_is_told_as_a_compiler_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(MISTAKES)
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    monkeypatch.setenv("HOST", "host.example.com")
    cli.run(["--root", str(tmp_path), "--config", f"{name}.rb", "--color", "never", "check-config"])
    printed = capsys.readouterr().out.replace(str(tmp_path), "ROOT")
    golden = MISTAKES / f"{name}.txt"
    if os.environ.get("GLCTL_UPDATE_GOLDEN"):
        golden.write_text(printed)
    assert printed == golden.read_text()
