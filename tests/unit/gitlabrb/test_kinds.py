from __future__ import annotations

import pytest

from glctl.gitlabrb.kinds import is_a, kind_of
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.values import Class, Hash, Range


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "nil"),
        (True, "Object"),
        (1, "Integer"),
        (1.5, "Float"),
        ("a", "String"),
        (Symbol("a"), "Symbol"),
        ([], "Array"),
        (Hash(), "Hash"),
        (Range(1, 2, False), "Range"),
    ],
)
def test_each_value_is_of_one_kind(value: object, kind: str) -> None:
    assert kind_of(value) == kind


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (1, "Integer", True),
        (1, "Numeric", True),
        (1, "Object", True),
        (1, "Float", False),
        (None, "NilClass", True),
        (True, "TrueClass", True),
        (True, "FalseClass", False),
        (True, "Integer", False),
        (Symbol("a"), "String", False),
    ],
)
def test_a_value_is_of_its_classes(value: object, name: str, expected: bool) -> None:
    assert is_a(value, Class(name)) is expected
