"""The catalogue as a whole: complete, without dead ends, and nothing in it that nothing can say."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.doctor.targets import TARGETS
from glctl.findings import catalog
from glctl.findings.catalog import CODES
from glctl.gitlabrb import codes as gitlabrb_codes
from glctl.logs.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.findings.model import Code

PACKAGE = Path(catalog.__file__).parents[1]
CHECKS = {check.name for checks in TARGETS.values() for check in checks}
# The calls that say a code, which is their first argument.
SAYING = {"found", "LogRule", "Diagnostic", "_error"}


def sources() -> Iterator[ast.Module]:
    """Every source file but the catalogue's own."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name != "codes":
            yield ast.parse(path.read_text())


def said() -> set[str]:
    """The codes that the calls in SAYING name, and those that gitlabrb has names for."""
    found = {value for name, value in vars(gitlabrb_codes).items() if name.isupper()}
    for node in (node for tree in sources() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SAYING and node.args:
            match node.args[0]:
                case ast.Constant(value=str(code)):
                    found.add(code)
    return found


def mentioned() -> set[str]:
    """Every string in the code: a code may also come from a table."""
    nodes = (node for tree in sources() for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_that_is_said_is_in_it() -> None:
    assert {"clock-skew", "storage-driver-unknown", "wrong-url", "too-slow"} <= said()  # each kind of call
    assert said() <= set(CODES)


def test_every_log_rule_has_its_code() -> None:
    assert {rule.code for rule in RULES} <= set(CODES)


def test_nothing_is_in_it_that_nothing_says() -> None:
    used = mentioned() | {value for name, value in vars(gitlabrb_codes).items() if name.isupper()}
    assert set(CODES) <= used


def test_no_two_codes_have_one_name() -> None:
    assert sum(len(area.CODES) for area in catalog.AREAS) == len(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_an_entry_is_complete(code: Code) -> None:
    assert code.name.replace("-", "").isalnum()
    assert code.name == code.name.lower()
    assert code.meaning.endswith(".")
    assert all((code.told_by, code.remedy, code.source))


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_what_it_refers_to_exists(code: Code) -> None:
    assert set(code.explains) <= set(CODES)
    assert len(set(code.explains)) == len(code.explains)
    assert set(code.disproved_by) <= CHECKS


def consequences(name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """All that follows from a code, directly or not."""
    for follower in CODES[name].explains:
        if follower not in seen:
            seen = consequences(follower, seen | {follower})
    return seen


@pytest.mark.parametrize("name", CODES)
def test_nothing_follows_from_itself(name: str) -> None:
    assert name not in consequences(name)


def test_what_is_only_told_explains_nothing() -> None:
    assert not [code.name for code in CODES.values() if code.severity == "info" and code.explains]


def test_a_warning_explains_no_error() -> None:
    """It would not be linked."""
    for code in CODES.values():
        if code.severity == "warning":
            assert all(CODES[name].severity != "error" for name in code.explains), code.name
