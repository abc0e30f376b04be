from __future__ import annotations

import os
from pathlib import Path

import pytest

from glctl.console import Console
from glctl.errors import UsageError
from glctl.findings.catalog import CODES
from glctl.findings.explanation import causes_of, explain

GOLDEN = Path(__file__).parents[2] / "golden/doctor"


@pytest.mark.parametrize(
    ("name", "code", "console"),
    [
        ("explain.txt", "token-refused", Console()),
        ("explain.color.txt", "supervisor-missing", Console(color=True)),
    ],
)
def test_to_the_letter(name: str, code: str, console: Console) -> None:
    text = explain(code, console)
    if os.environ.get("GLCTL_UPDATE_GOLDEN"):
        (GOLDEN / name).write_text(f"{text}\n")
    assert text == (GOLDEN / name).read_text().removesuffix("\n")


@pytest.mark.parametrize("name", CODES)
def test_every_code_is_explained_with_all_that_is_known_of_it(name: str) -> None:
    text, code = explain(name, Console()), CODES[name]
    known = [code.meaning, code.told_by, code.source, *code.symptoms, *code.remedy.splitlines()]
    assert [part for part in (*known, *code.explains, *code.disproved_by) if part not in text] == []


def test_what_a_code_can_be_due_to() -> None:
    assert "service-down" in causes_of(CODES["push-failed"])
    assert "can be due to:" in explain("push-failed", Console())


@pytest.mark.parametrize(
    ("name", "hint"), [("clock-scew", "Did you mean 'clock-skew'?"), ("x", "Findings name theirs in [].")]
)
def test_an_unknown_code(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"There is no code '{name}'") as caught:
        explain(name, Console())
    assert caught.value.hint == hint
