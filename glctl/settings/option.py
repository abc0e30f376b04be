"""Option: what glctl knows about one setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from glctl.console import harmless

Kind = Literal[
    "bool",
    "integer",  # digits in a string will do: it is only written
    "number",  # no string: it is calculated with
    "limit",  # an integer, or false for none
    "size",  # bytes: an integer, or digits with k, M or G; false for none
    "string",
    "line",  # a string, or false for none
    "duration",  # as Go reads it: '1m30s'; a number alone counts nanoseconds
    "flag",  # true or false, also as text that Go reads so
    "scalar",  # a string, number or boolean, written as it is
    "path",  # absolute; below the root when there is one
    "url",
    "port",
    "address",  # host:port
    "array",
    "words",  # one string, or an array of them
    "hash",
    "workers",  # an integer, or 'auto'
    "any",
]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. *doc* is what an administrator reads; *example* what gitlab.rb.example shows.

    *ignored* marks a key that Omnibus documents and then does not read: setting it gets a warning. *foreign*
    marks an ignored one that Omnibus does read, for a service that glctl does not run. Only where *lines* is
    true may a value have more than one line. *or_default*: Omnibus reads it with ``||``, so that false leaves
    the default.
    """

    key: str  # dotted
    kind: Kind
    doc: str
    default: Any = None
    example: str = ""
    choices: tuple[str, ...] = ()
    ignored: bool = False
    foreign: bool = False
    lines: bool = False
    or_default: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that gitlab.rb writes."""
        return tuple(self.key.split("."))

    def is_unset_by(self, value: Any) -> bool:
        """Whether *value* says the same as nothing: nil does, and false where it can mean nothing else."""
        if value is False:
            means_nothing = self.default is None and self.kind not in ("any", "bool", "limit", "line", "size")
            return self.or_default or means_nothing
        return value is None

    @property
    def sample(self) -> str:
        """A line of gitlab.rb that sets it, empty where there is nothing to show."""
        if not self.example:
            return ""
        return f"{ruby_name(self.key)}{' = ' if '.' in self.key else ' '}{self.example}"


def ruby_name(key: str) -> str:
    """How gitlab.rb writes a dotted key: ``registry['nginx']['listen_port']``."""
    top, *rest = key.split(".")
    return top + "".join(f"['{part}']" for part in rest)


def ruby_value(value: Any) -> str:
    """A value as gitlab.rb writes it, on one line."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{ruby_value(k)} => {ruby_value(v)}" for k, v in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(ruby_value, value))}]"
    if not isinstance(value, str):
        return str(value)
    escaped = value.replace("\\", "\\\\")
    if value.isprintable():
        return "'" + escaped.replace("'", "\\'") + "'"
    return '"' + harmless(escaped.replace('"', '\\"').replace("#", "\\#")) + '"'


def counts_as_true(value: Any) -> bool:
    """Whether Omnibus takes *value* for true: anything but nil and false, so ``'no'`` and ``{}``, too."""
    return value is not None and value is not False


def ruby_text(value: Any) -> str:
    """*value* as Ruby's to_s writes it."""
    if isinstance(value, list | Mapping):
        return _inspected(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _inspected(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_inspected, value))}]"
    if isinstance(value, Mapping):
        pairs = (f"{_inspected(key)}=>{_inspected(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "nil" if value is None else ruby_text(value)
