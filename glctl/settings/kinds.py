"""What each kind of setting takes, in words for the administrator who wrote something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from glctl.secret import is_secret_name
from glctl.settings.urls import split_address

if TYPE_CHECKING:
    from glctl.settings.option import Kind


_BARE = re.compile("[0-9]+")
_DURATION = re.compile(r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+")  # Go's
# What Go reads as true or false.
_FLAGS = frozenset("1 0 t f true false".split())
_SIZE = re.compile("[0-9]+[kMG]")  # logrotate(8)

# What each kind takes, in a word or two.
TAKES: dict[Kind, str] = {
    "address": "an address with its port, '127.0.0.1:5000'",
    "any": "anything",
    "array": "an array",
    "bool": "true or false",
    "duration": "a duration, '90s'",
    "flag": "true or false",
    "hash": "a hash",
    "integer": "a number",
    "limit": "a number, or false for none",
    "line": "a string, or false for none",
    "number": "a number, without quotes",
    "path": "an absolute path",
    "port": "a port, from 1 to 65535",
    "scalar": "a single value",
    "size": "a number, with k, M or G behind it if need be",
    "string": "a string",
    "url": "a URL",
    "words": "a string, or an array of strings",
    "workers": "a number, or 'auto'",
}


def why_not(kind: Kind, value: Any) -> str:
    """What belongs there instead of *value*; empty where it will do."""
    return _CHECKS[kind](value)


def shown(value: Any, name: str = "") -> str:
    """*value* as a message shows it: short, and never a secret."""
    if isinstance(value, str) and is_secret_name(name):
        return "a string"
    if isinstance(value, Mapping):
        return "a hash"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'" if len(value) < 60 else "a long string"
    return str(value)


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """A hint that names the nearest of *known*, if one is like *name* (from 0 to 1)."""
    import difflib

    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=likeness)
    return f"Did you mean {near[0]!r}?" if near else ""


def _unless(kinds: type | tuple[type, ...], wanted: str) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, kinds) else f"{wanted} belongs here"


def _integer(value: Any) -> str:
    if isinstance(value, str):
        return "" if value.isascii() and value.isdigit() else "a number belongs here"
    return _number(value) or ("a number from 0 belongs here" if value < 0 else "")


def _number(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ""
    quoted = " (without quotes)" if isinstance(value, str) else ""
    return f"a number belongs here{quoted}"


def _limit(value: Any) -> str:
    return "" if value is False or not _integer(value) else "a number belongs here, or false"


def _size(value: Any) -> str:
    fits = value is False or not _integer(value) or (isinstance(value, str) and _SIZE.fullmatch(value))
    return "" if fits else "a number belongs here, with k, M or G behind it if need be"


def _port(value: Any) -> str:
    return "" if not _integer(value) and 0 < int(value) < 65536 else "a port is a number from 1 to 65535"


def _workers(value: Any) -> str:
    return "" if value == "auto" or not _integer(value) else "a number belongs here, or 'auto'"


def _path(value: Any) -> str:
    if not isinstance(value, str):
        return "a path belongs here"
    return "" if value.startswith("/") else "a path must begin with /"


def _address(value: Any) -> str:
    if not isinstance(value, str):
        return "an address like '127.0.0.1:5000' belongs here"
    try:
        split_address(value)
    except ValueError as exc:
        return f"{exc}; an address looks like '127.0.0.1:5000'"
    return ""


def _duration(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = number or (isinstance(value, str) and (_BARE.fullmatch(value) or _DURATION.fullmatch(value)))
    return "" if fits else "a duration looks like '90s', '1m30s' or '500ms'"


def _flag(value: Any) -> str:
    fits = isinstance(value, bool) or str(value).lower() in _FLAGS
    return "" if fits else "true or false belongs here"


def _words(value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    return (
        "" if all(isinstance(item, str) for item in items) else "a string or an array of strings belongs here"
    )


_CHECKS: dict[Kind, Callable[[Any], str]] = {
    "any": lambda _value: "",
    "address": _address,
    "array": _unless(list, "an array"),
    "duration": _duration,
    "flag": _flag,
    "bool": _unless(bool, "true or false"),
    "hash": _unless(Mapping, "a hash"),
    "integer": _integer,
    "limit": _limit,
    "line": _unless((str, int, float), "a string"),
    "number": _number,
    "path": _path,
    "port": _port,
    "scalar": _unless((str, int, float), "a single value"),
    "size": _size,
    "string": _unless((str, int, float), "a string"),
    "url": _unless(str, "a URL"),
    "words": _words,
    "workers": _workers,
}
