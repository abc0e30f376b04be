"""Local variables. A block sees those around it, and takes its own with it when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Scope:
    """The variables of a file, or of one run of a block with its *parameters*."""

    __slots__ = ("_outer", "_values", "parameters")

    def __init__(self, outer: Scope | None = None) -> None:
        self._outer = outer
        self._values: dict[str, Any] = {}
        self.parameters: set[str] = set()

    def of(self, name: str) -> Scope | None:
        """The scope that has the variable *name*."""
        scope: Scope | None = self
        while scope is not None and name not in scope._values:
            scope = scope._outer
        return scope

    def __contains__(self, name: str) -> bool:
        return self.of(name) is not None

    def __getitem__(self, name: str) -> Any:
        scope = self.of(name)
        return (scope or self)._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        """Give the variable a value: it is a new one of this scope where none around has it."""
        (self.of(name) or self)._values[name] = value

    def give(self, parameter: str, value: Any) -> None:
        """Make *parameter* a variable of this scope, whatever those around it have."""
        self.parameters.add(parameter)
        self._values[parameter] = value

    def declare(self, name: str) -> None:
        """Make *name* a variable, nil, where it is none."""
        if name not in self:
            self._values[name] = None

    def values(self) -> Iterator[Any]:
        """The values of all variables that can be seen from here, and of those that they hide."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope._values.values()
            scope = scope._outer
