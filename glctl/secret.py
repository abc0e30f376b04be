"""Secrets: a string that prints as a mask, and the rules that tell which settings are secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "[MASKED]"

# Names of settings, YAML keys and environment variables whose value is a credential, wherever they stand.
# From the registry's own storage, redis, database and notification keys, and Omnibus's secrets sections.
_SECRET_NAME = re.compile(
    r"secret|passw|passphrase|credential|authorization|cookie|private_?key|internal_key|access_?key|account_?key"
    r"|(^|_|-)(token|apikey|api_key|dsn)$",
    re.IGNORECASE,
)
# …except these, which only look like one: places and switches, and the public half of a pair.
_NOT_SECRET = re.compile(
    r"(_path|_file|_dir|_realm|_enabled|_digest|bundle)$|^generate_|^tokens?_", re.IGNORECASE
)

_ASSIGNMENT = re.compile(
    r"""(?P<key>[A-Za-z_][\w.-]*)(?P<close>["']?\]?)(?P<sep>\s*(?:=>|[:=])\s*)(?P<value>[^\s,}\])][^,}\])]*)"""
)


class Secret:
    """A credential. ``str()``, ``repr()`` and formatting give the mask, only :meth:`reveal` the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the file or the request that needs it."""
        return self._value

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)


def is_secret_name(name: str) -> bool:
    """Whether a setting, YAML key or environment variable of this name holds a credential."""
    return bool(_SECRET_NAME.search(name)) and not _NOT_SECRET.search(name)


def wrap(value: Any, name: str = "") -> Any:
    """*value* with every string under a secret name turned into a Secret, at any depth."""
    if isinstance(value, Mapping):
        return {k: wrap(v, str(k) if not is_secret_name(name) else name) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [wrap(item, name) for item in value]
    if isinstance(value, str) and value and is_secret_name(name):
        return Secret(value)
    return value


def reveal(value: Any) -> Any:
    """*value* with every Secret replaced by what it holds, at any depth; only for a file or a request."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {k: reveal(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(item) for item in value]
    return value


def mask(value: Any) -> Any:
    """*value* with every Secret replaced by the mask, at any depth: safe to print."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, Mapping):
        return {k: mask(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    return value


def mask_line(line: str) -> str:
    """A line of a configuration file (Ruby, YAML, JSON, env) with what follows a secret's name masked."""

    def replaced(match: re.Match[str]) -> str:
        if not is_secret_name(match["key"]):
            return match[0]
        return f"{match['key']}{match['close']}{match['sep']}{MASK}"

    return _ASSIGNMENT.sub(replaced, line)
