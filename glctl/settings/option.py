"""Option: what glctl knows about one setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "bool",
    "integer",
    "string",
    "scalar",  # a string, number or boolean, written as it is
    "path",  # absolute; below the root when there is one
    "url",
    "port",
    "address",  # host:port
    "array",
    "hash",
    "any",
]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. *doc* is what an administrator reads; *example* what gitlab.rb.example shows.

    *ignored* marks a key that Omnibus documents and then does not read: setting it gets a warning.
    """

    key: str  # dotted
    kind: Kind
    doc: str
    default: Any = None
    example: str = ""
    choices: tuple[str, ...] = ()
    ignored: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that gitlab.rb writes."""
        return tuple(self.key.split("."))


def ruby_name(key: str) -> str:
    """How gitlab.rb writes a dotted key: ``registry['nginx']['listen_port']``."""
    top, *rest = key.split(".")
    return top + "".join(f"['{part}']" for part in rest)
