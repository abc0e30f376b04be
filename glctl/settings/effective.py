"""Effective settings: every value that rendering reads, each with its Origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from glctl.spans import Span

OriginKind = Literal["default", "file", "derived", "secrets", "cluster"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the default, a line of gitlab.rb, another file, or other settings."""

    kind: OriginKind
    span: Span | None = None  # of the line, for ``file``
    sources: tuple[str, ...] = ()  # the settings it was derived from
    because: str = ""  # the rule, in words

    def __str__(self) -> str:
        if self.kind == "file":
            return str(self.span) if self.span else "gitlab.rb"
        if self.kind == "secrets":
            return self.because or "gitlab-secrets.json"
        if self.kind == "cluster":
            return "set by gitlab-cluster.json"
        if self.kind == "derived":
            return "derived" + (f" from {', '.join(self.sources)}" if self.sources else "") + self._reason()
        return "default" + self._reason()

    def _reason(self) -> str:
        return f" ({self.because})" if self.because else ""


DEFAULT = Origin("default")


@dataclass(frozen=True, slots=True)
class Resolved:
    """One effective value and its Origin. Strings under secret names are Secrets."""

    value: Any
    origin: Origin = DEFAULT


@dataclass(frozen=True, slots=True)
class Effective(Mapping[str, Any]):
    """All effective settings by dotted key (``registry.nginx.listen_port``); immutable."""

    resolved: Mapping[str, Resolved]

    def __getitem__(self, key: str) -> Any:
        return self.resolved[key].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.resolved)

    def __len__(self) -> int:
        return len(self.resolved)

    def origin(self, key: str) -> Origin:
        """Where the value of *key* comes from."""
        return self.resolved[key].origin

    def replaced(self, **values: Any) -> Effective:
        """A copy with some values replaced; keys with ``__`` for ``.``. For a staged tree."""
        changed = {key.replace("__", "."): value for key, value in values.items()}
        return Effective(
            {**self.resolved, **{k: replace(self.resolved[k], value=v) for k, v in changed.items()}}
        )

    def tree(self) -> dict[str, Any]:
        """The values as nested dictionaries, as gitlab.rb writes them."""
        result: dict[str, Any] = {}
        for key, resolved in self.resolved.items():
            node = result
            *parents, leaf = key.split(".")
            for parent in parents:
                node = node.setdefault(parent, {})
            node[leaf] = resolved.value
        return result
