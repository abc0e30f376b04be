"""The settings while gitlab.rb runs, with the semantics of Omnibus's settings DSL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb.model import Names, Path, Setting, Settings
from glctl.gitlabrb.values import UNKNOWN, Hash, Mash, entries_below, key_name, plain, stored

if TYPE_CHECKING:
    from glctl.gitlabrb.limits import Budget
    from glctl.gitlabrb.values import Entry, Key
    from glctl.spans import Span


class Configuration:
    """Every top-level name with its value. Callers ask *names* first whether a name exists."""

    def __init__(self, names: Names, budget: Budget) -> None:
        self.names = names
        self._budget = budget
        self._top = Hash()
        self._overwritten: list[Setting] = []
        self._reads: dict[Path, Span] = {}
        for name in sorted(names.hashes):
            self._top.put(name, Mash((name,)), None)

    @property
    def everything(self) -> Hash:
        """All names with what they hold."""
        return self._top

    def read(self, name: str) -> Any:
        """What *name* holds now; nil for a value that is not set."""
        return self._top.read(name)

    def note_read(self, container: Hash, key: Key, span: Span) -> None:
        """``container[key]`` is read before anything sets it, which makes it an empty hash."""
        if container.path:
            self._reads.setdefault((*container.path, key_name(key)), span)

    def assign(self, name: str, value: Any, span: Span) -> None:
        """``external_url 'x'``, ``registry({…})``: a whole value. A hash stays the plain Hash that it is."""
        if isinstance(value, Hash) and not value.path:
            value.path = (name,)
        self._put(self._top, (name,), name, value, span)

    def store(self, container: Hash, key: Key, value: Any, span: Span) -> None:
        """``container[key] = value``."""
        path = (*container.path, key_name(key))
        if isinstance(container, Mash):
            value = stored(value, path, self._budget)
        self._put(container, path, key, value, span)

    def _put(self, container: Hash, path: Path, key: Key, value: Any, span: Span) -> None:
        is_setting = container is self._top or container.path
        if is_setting and (previous := container.find(key)) is not None:
            self._overwritten += self._set_in(previous, path)
        container.put(key, value, span)
        if isinstance(value, (Mash, list)):
            plain(value, self._budget)  # raises where something shared has come to contain itself

    def _set_in(self, entry: Entry, path: Path) -> list[Setting]:
        """The outermost settings in *entry* that lines of gitlab.rb set."""
        found: list[Setting] = []
        for below, setting in entries_below(entry, path, self._budget):
            covered = found and below[: len(found[-1].path)] == found[-1].path
            if setting.span is not None and setting.value is not UNKNOWN and not covered:
                found.append(Setting(below, plain(setting.value, self._budget), setting.span))
        return found

    def settings(self) -> Settings:
        """All that has been set, as data."""
        values: dict[str, Any] = {}
        spans: dict[Path, Span] = {}
        for top in self._top:
            name = str(top.key)
            if top.span is None and not len(top.value):
                continue
            if top.value is not UNKNOWN:
                values[name] = plain(top.value, self._budget)
            for path, entry in entries_below(top, (name,), self._budget):
                if entry.span is not None:
                    spans[path] = entry.span
        return Settings(values, spans, tuple(self._overwritten), reads=self._reads)
