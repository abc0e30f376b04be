"""docs/doctor.md is what the checks and the codes make of it (make doctor-docs)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from glctl.doctor.targets import TARGETS
from glctl.findings.catalog import CODES

PROJECT = Path(__file__).parents[2]
DOCUMENT = PROJECT / "docs" / "doctor.md"


def test_it_is_up_to_date() -> None:
    script = [sys.executable, str(PROJECT / "scripts" / "make-doctor-docs")]
    made = subprocess.run(script, capture_output=True, text=True, check=True, cwd=PROJECT, timeout=30).stdout
    assert DOCUMENT.read_text() == made


def test_every_check_and_every_code_stands_in_it_once() -> None:
    text = DOCUMENT.read_text()
    assert [name for name in CODES if text.count(f"- **`{name}`**") != 1] == []
    assert [c.name for c in TARGETS["registry"] if text.count(f"\n| `{c.name}` |") != 1] == []
