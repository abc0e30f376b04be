"""The message of a GlctlError is a sentence, and ends as one. Diagnostics are printed without a full stop."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "glctl"

ERRORS = ("GlctlError", "UsageError")


def ends(node: ast.expr) -> Iterator[str]:
    """How the text of an expression ends, as far as it is written there; ``{}`` for a value in it."""
    match node:
        case ast.Constant(value=str(text)):
            yield text[-2:]
        case ast.JoinedStr(values=[*_, ast.Constant(value=str(before)), ast.FormattedValue()]) if (
            before.endswith((".", ":"))
        ):
            yield before  # whole sentences, or lines of a program, follow
        case ast.JoinedStr(values=[*_, last]):
            yield last.value[-2:] if isinstance(last, ast.Constant) and isinstance(last.value, str) else "{}"
        case ast.BinOp(right=right, op=ast.Add()):
            yield from ends(right)
        case ast.IfExp(body=body, orelse=orelse):
            yield from ends(body)
            yield from ends(orelse)


def wrong(source: str) -> list[str]:
    """Each message in *source* that ends as no sentence does: ``line: end``."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    errors = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in ERRORS]
    found = [(node.lineno, end) for node in errors for end in ends(node.args[0])]
    return [f"{line}: {end!r}" for line, end in found if not end.endswith((".", "?", "!", ":"))]


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_messages_end_as_their_kind_does(file: Path) -> None:
    assert wrong(file.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("GlctlError('It failed.')", 0),
        ("GlctlError('It failed')", 1),
        ("UsageError(f'It failed: {x}')", 1),
        ("UsageError(f'It failed:{x}')", 0),
        ("UsageError(f'It failed: {x}.')", 0),
        ("UsageError('a.' if b else 'c')", 1),
        ("GlctlError(message)", 0),
    ],
)
def test_the_rule_itself(source: str, found: int) -> None:
    assert len(wrong(source)) == found
