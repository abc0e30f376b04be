from __future__ import annotations

import pytest

from glctl.gitlabrb.limits import Budget
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.values import (
    UNKNOWN,
    Entry,
    Environment,
    Hash,
    Mash,
    describe,
    entries_below,
    key_name,
    plain,
    stored,
)
from glctl.spans import Span

HERE = Span("gitlab.rb", 1, 1, 1, 2)


def test_a_hash_tells_strings_symbols_and_numbers_apart() -> None:
    one = Hash()
    keys = ["1", Symbol("1"), 1, 1.0, True, None]
    for number, key in enumerate(keys):
        one.put(key, number, None)
    assert [one.read(key) for key in keys] == [0, 1, 2, 3, 4, 5]
    assert one.read("2") is None
    assert len(one) == 6


def test_a_mash_takes_a_symbol_for_the_string_of_its_name() -> None:
    one = Mash(("registry",))
    one.put(Symbol("a"), 1, HERE)
    assert one.read("a") == one.read(Symbol("a")) == 1
    assert [(entry.key, type(entry.key), entry.span) for entry in one] == [("a", str, HERE)]


def test_reading_a_mash_makes_what_is_not_there() -> None:
    one = Mash(("registry",))
    made = one.read("a").read(Symbol("b"))
    assert made is one.read("a").read("b")
    assert made.path == ("registry", "a", "b")
    assert [entry.span for entry in one] == [None]


def test_storing_copies_lists_and_hashes_but_shares_a_mash() -> None:
    mash, inner, items = Mash(), Hash(), [1]
    inner.put(Symbol("k"), items, HERE)
    copy = stored(inner, ("registry", "a"), Budget())
    assert isinstance(copy, Mash)
    assert copy.path == ("registry", "a")
    (entry,) = copy
    assert (entry.key, entry.value, entry.span) == ("k", [1], HERE)
    assert entry.value is not items
    assert stored([mash], (), Budget())[0] is mash


def test_plain_gives_data() -> None:
    inner, outer = Hash(), Mash()
    inner.put(Symbol("k"), Symbol("v"), None)
    inner.put(1, "text", None)
    outer.put("a", [inner, None, 1.5], None)
    data = plain(outer, Budget())
    assert data == {"a": [{"k": Symbol("v"), 1: "text"}, None, 1.5]}
    assert [type(key) for key in data["a"][0]] == [str, int]


def test_entries_below_have_their_paths() -> None:
    inner, outer = Hash(), Hash()
    inner.put(None, 1, None)
    outer.put(Symbol("b"), inner, HERE)
    found = list(entries_below(Entry("a", outer, None), ("a",), Budget()))
    assert [path for path, _entry in found] == [("a",), ("a", "b"), ("a", "b", "nil")]


@pytest.mark.parametrize(
    ("key", "name"), [("a", "a"), (Symbol("a"), "a"), (1, "1"), (1.5, "1.5"), (None, "nil")]
)
def test_every_key_has_a_name(key: str | int | float | None, name: str) -> None:
    assert key_name(key) == name


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nil"),
        (True, "true"),
        (False, "false"),
        ("secret", "a string"),
        (Symbol("secret"), "a symbol"),
        (1, "a number"),
        (1.5, "a number"),
        ([], "an array"),
        (Hash(), "a hash"),
        (Mash(), "a hash"),
        (Environment({}), "ENV as a whole"),
        (UNKNOWN, "something else"),
    ],
)
def test_a_value_is_described_without_what_it_holds(value: object, words: str) -> None:
    assert describe(value) == words
