from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.findings.formats import to_json
from glctl.findings.model import Finding
from glctl.findings.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

GOLDEN = Path(__file__).parents[2] / "golden/doctor"


@pytest.mark.parametrize("name", ["well", "ill"])
def test_to_the_letter(name: str, request: pytest.FixtureRequest) -> None:
    text = to_json(request.getfixturevalue(name))
    file = GOLDEN / f"{name}.json"
    if os.environ.get("GLCTL_UPDATE_GOLDEN"):
        file.write_text(f"{text}\n")
    assert text == file.read_text().removesuffix("\n")


def keys(entries: Sequence[dict[str, object]]) -> set[tuple[str, ...]]:
    return {tuple(entry) for entry in entries}


def test_json_has_the_keys_of_the_design(ill: Report) -> None:
    document = json.loads(to_json(ill))
    assert list(document) == ["target", "ok", "root_causes", "findings", "checks", "duration_ms"]
    assert keys(document["findings"]) == {
        ("code", "check", "subject", "severity", "summary", "cause", "remedy", "evidence", "explained_by")
    }
    assert keys(document["checks"]) == {("name", "outcome", "because", "duration_ms")}
    assert document["root_causes"] == ["port-taken", "token-refused", "clock-not-verified"]
    assert document["ok"] is False


def test_foreign_text_is_kept_and_steers_no_terminal() -> None:
    foreign = "\x1b[2J\x9b31m\u202e\r\nnext\udcff"
    finding = Finding("registry-panic", "logs", foreign, "error", foreign, foreign, foreign, (foreign,))
    text = to_json(Report("registry", (finding,), (), 1.0))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert json.loads(text)["findings"][0]["summary"] == foreign
