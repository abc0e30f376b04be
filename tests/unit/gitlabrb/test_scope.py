from __future__ import annotations

from glctl.gitlabrb.scope import Scope


def test_a_block_sees_the_variables_around_it_and_changes_them() -> None:
    outer = Scope()
    outer["a"] = 1
    inner = Scope(outer)
    inner["a"] = 2
    assert outer["a"] == 2


def test_what_a_block_first_sets_is_its_own() -> None:
    outer = Scope()
    inner = Scope(outer)
    inner["a"] = 1
    assert "a" in inner
    assert "a" not in outer


def test_a_parameter_hides_a_variable_of_its_name() -> None:
    outer = Scope()
    outer["a"] = 1
    inner = Scope(outer)
    inner.give("a", 2)
    inner["a"] = 3
    assert (outer["a"], inner["a"], sorted(inner.values())) == (1, 3, [1, 3])


def test_a_declared_variable_is_nil_unless_it_is_set() -> None:
    scope = Scope()
    scope["a"] = 1
    scope.declare("a")
    scope.declare("b")
    assert (scope["a"], scope["b"]) == (1, None)
