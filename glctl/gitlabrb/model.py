"""What comes out of reading a gitlab.rb: Settings, each with the place that set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glctl.spans import Diagnostic, Span

Path = tuple[str, ...]


class Symbol(str):
    """A Ruby symbol used as a value (``:prefer``); as a key, a symbol and a string are the same."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f":{self!s}"


@dataclass(frozen=True, slots=True)
class Names:
    """What gitlab.rb may assign at top level, handed in by the schema: the evaluator knows no setting.

    *values* take one value (``external_url 'x'``), *hashes* take keys (``registry['k'] = v``). *others* may
    not be assigned; why (``was removed in GitLab 17.1``), and what to do instead.
    """

    values: frozenset[str]
    hashes: frozenset[str]
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.values or name in self.hashes


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that gitlab.rb sets: the path of its keys, the value, and where."""

    path: Path
    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Settings:
    """All values that gitlab.rb sets, immutable.

    *values* holds plain data: ``None bool int float str Symbol list dict``; dict keys are strings, except a
    few that Ruby keeps as they are (integers, nil). *spans* has an entry for each assigned or literal key, by
    its path: ``('registry', 'storage', 's3', 'bucket')``. *overwritten* lists settings that a later line
    replaced. *warnings* are what is legal in Ruby but certainly not meant. *reads* holds the places that read
    what nothing had set, which makes it an empty hash.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[Path, Span] = field(default_factory=dict)
    overwritten: tuple[Setting, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    reads: Mapping[Path, Span] = field(default_factory=dict)

    def get(self, *path: str) -> Any:
        """The value at *path*, or None where gitlab.rb sets none."""
        node: Any = self.values
        for key in path:
            if not isinstance(node, Mapping) or key not in node:
                return None
            node = node[key]
        return node

    def span(self, *path: str) -> Span | None:
        """The place that set *path*, or else the nearest enclosing one."""
        for end in range(len(path), 0, -1):
            if (found := self.spans.get(path[:end])) is not None:
                return found
        return None
