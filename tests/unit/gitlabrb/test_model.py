from __future__ import annotations

from glctl.gitlabrb.model import Settings, Symbol


def test_names_hold_values_and_hashes(names) -> None:
    assert "external_url" in names
    assert "registry" in names
    assert "registri" not in names


def test_a_symbol_is_its_text() -> None:
    assert Symbol("prefer") == "prefer"
    assert repr(Symbol("prefer")) == ":prefer"
    assert str(Symbol("prefer")) == "prefer"


def test_a_path_that_is_not_set_has_neither_value_nor_place(settings) -> None:
    found = settings("registry['a']['b'] = 1")
    assert found.get("registry", "a", "b") == 1
    assert found.get("registry", "x", "y") is None
    assert found.get("registry", "a", "b", "c") is None
    assert found.span("registry", "a", "b", "c") == found.span("registry", "a", "b")
    assert found.span("nginx") is None
    assert Settings().get("registry") is None
