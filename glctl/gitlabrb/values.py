"""The values of Ruby that a gitlab.rb works with.

nil, true, false, Integer, Float, String and Array are Python's own None, bool, int, float, str and list;
a Symbol is the model's. What Python has no equal for stands here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from glctl.gitlabrb.limits import Budget, check_depth
from glctl.gitlabrb.model import Path, Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from glctl.spans import Span

Key = str | int | float | None  # a bool is an int to Python
KEY_TYPES = (str, int, float, type(None))  # of it; a tuple: a union would be built anew for every key


class Unknown:
    """What a refused expression is worth. All that is made from it is unknown, too, and says nothing: a
    mistake is told once, where it was made."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Environment:
    """Ruby's ``ENV``."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables


class Entry:
    """A key of a hash with its value, and the place that set it (None where reading made it)."""

    __slots__ = ("key", "span", "value")

    def __init__(self, key: Key, value: Any, span: Span | None) -> None:
        self.key = key
        self.value = value
        self.span = span


class Hash:
    """A Ruby Hash: it keeps the order, and a symbol and a string of one name are different keys.

    *path* is the setting that it is the value of, ``()`` if none.
    """

    __slots__ = ("_entries", "path")

    def __init__(self, path: Path = ()) -> None:
        self._entries: dict[tuple[type, Key], Entry] = {}
        self.path = path

    def kept(self, key: Key) -> Key:
        """*key* as this kind of hash keeps it."""
        return str(key) if isinstance(key, Text) else key

    def find(self, key: Key) -> Entry | None:
        """The entry under *key*."""
        key = self.kept(key)
        return self._entries.get((type(key), key))

    def put(self, key: Key, value: Any, span: Span | None) -> Entry:
        """Store *value* under *key*."""
        key = self.kept(key)
        entry = self._entries[type(key), key] = Entry(key, value, span)
        return entry

    def remove(self, key: Key) -> Entry | None:
        """Take the entry under *key* out."""
        key = self.kept(key)
        return self._entries.pop((type(key), key), None)

    def read(self, key: Key) -> Any:
        """The value under *key*, nil where there is none."""
        entry = self.find(key)
        return None if entry is None else entry.value

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)


class Mash(Hash):
    """Omnibus's hash of settings: a symbol is the string of its name, and reading what is not there stores an
    empty Mash, so that ``registry['a']['b'] = 1`` needs no preparation."""

    __slots__ = ()

    def kept(self, key: Key) -> Key:
        return str(key) if isinstance(key, str) else key

    def read(self, key: Key) -> Any:
        entry = self.find(key) or self.put(key, Mash((*self.path, key_name(key))), None)
        return entry.value


class Text(str):
    """A string that is no other string of the same characters: Ruby can change it (see ``changes.py``), and
    Python has only one empty str."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Range:
    """``first..last``, and ``first...last``, which ends before. nil is no first or no last one."""

    first: Any
    last: Any
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Proc:
    """``->(x) { … }``"""

    does: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Enumerator:
    """What a method that wants a block is without one: the ``items.map`` of ``items.map.with_index { … }``.

    *walk* does the method of that *name* with a block.
    """

    name: str
    walk: Callable[[Callable[..., Any]], Any]


@dataclass(frozen=True, slots=True)
class Class:
    """A class of Ruby's own: ``String``, ``Hash``."""

    name: str


class Library:
    """A constant that names a part of Ruby: ``File``, ``YAML``."""

    def __init__(self, name: str) -> None:
        self.name = name


class Facts:
    """Chef's ``node``: what is known of the host."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known


def truthy(value: Any) -> bool:
    """Whether a condition takes *value* for true: all but nil and false is."""
    return value is not None and value is not False


def is_string(value: Any) -> bool:
    """Whether *value* is a Ruby String; a Symbol is none."""
    return isinstance(value, str) and not isinstance(value, Symbol)


def key_name(key: Key) -> str:
    """*key* as it stands in the path of a setting."""
    return "nil" if key is None else str(key)


def stored(value: Any, path: Path, budget: Budget, depth: int = 0) -> Any:
    """*value* as a Mash stores it: arrays are copied, hashes copied into Mashes, a Mash is shared."""
    check_depth(depth)
    if isinstance(value, list):
        budget.spend_values(len(value))
        return [stored(item, path, budget, depth + 1) for item in value]
    if isinstance(value, Hash) and not isinstance(value, Mash):
        budget.spend_values(len(value))
        mash = Mash(path)
        for entry in value:
            below = (*path, key_name(entry.key))
            mash.put(entry.key, stored(entry.value, below, budget, depth + 1), entry.span)
        return mash
    return value


def plain(value: Any, budget: Budget, depth: int = 0) -> Any:
    """*value* as the data that Settings hold, without what is unknown in it."""
    check_depth(depth)
    if isinstance(value, list):
        budget.spend_values(len(value))
        return [plain(item, budget, depth + 1) for item in value if item is not UNKNOWN]
    if isinstance(value, Hash):
        budget.spend_values(len(value))
        known = (entry for entry in value if entry.value is not UNKNOWN)
        pairs = ((entry.key, plain(entry.value, budget, depth + 1)) for entry in known)
        return {str(key) if isinstance(key, str) else key: item for key, item in pairs}
    if isinstance(value, str):
        budget.spend_text(len(value))
        return str(value) if isinstance(value, Text) else value
    return value


def entries_below(entry: Entry, path: Path, budget: Budget, depth: int = 0) -> Iterator[tuple[Path, Entry]]:
    """*entry* and the entries at any depth below it, with their paths."""
    check_depth(depth)
    budget.spend_values(1)
    yield path, entry
    if isinstance(entry.value, Hash):
        for below in entry.value:
            yield from entries_below(below, (*path, key_name(below.key)), budget, depth + 1)


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (Symbol, "a symbol"),
    (str, "a string"),
    ((int, float), "a number"),
    (list, "an array"),
    (Hash, "a hash"),
    (Environment, "ENV as a whole"),
    (Facts, "node as a whole"),
    (Library, "a library"),
    (Range, "a range"),
    (Proc, "a lambda"),
    (Enumerator, "a method without its block"),
    (Class, "a class"),
    (re.Match, "a match"),
)


def describe(value: Any) -> str:
    """What kind of thing *value* is, never what it holds: it may be a secret."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "something else")
