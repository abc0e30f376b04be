"""Brackets behind a string or an array: one element, or a part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.ranges import bounds
from glctl.gitlabrb.regexps import Regexp
from glctl.gitlabrb.values import Range, is_string

if TYPE_CHECKING:
    import re

    from glctl.gitlabrb.methods import Call


def of_text(call: Call, text: str, key: Any, more: Any = None) -> str | None:
    """``text[0]``, ``text[0, 2]``, ``text[1..]``, ``text['part']``, ``text[/(part)/, 1]``"""
    if isinstance(key, Regexp):
        call.ev.match = key.search(text, call.ev.budget)
        return None if call.ev.match is None else group(call, call.ev.match, 0 if more is None else more)
    if is_string(key):
        return str(key) if key in text else None
    part = _part(call, len(text), key, more)
    return None if part is None or (more is None and _is_beyond(key, len(text))) else text[slice(*part)]


def of_list(call: Call, items: list[Any], key: Any, more: Any = None) -> Any:
    """``items[0]``, ``items[0, 2]``, ``items[1..]``"""
    if isinstance(key, int) and more is None:
        return items[key] if -len(items) <= key < len(items) else None
    part = _part(call, len(items), key, more)
    return None if part is None else items[slice(*part)]


def _is_beyond(key: Any, length: int) -> bool:
    return isinstance(key, int) and key >= length


def _part(call: Call, length: int, key: Any, count: Any) -> tuple[int, int] | None:
    if isinstance(key, Range):
        if not all(end is None or isinstance(end, int) for end in (key.first, key.last)):
            raise call.refused("a range of whole numbers belongs here", "Write: [0..2]")
        return bounds(key, length)
    if not isinstance(key, int):
        raise call.refused("a whole number or a range belongs here", "Write: [0] or [0..2]")
    last = key + (1 if count is None else count)
    if last < key:
        return None
    start = key + length if key < 0 else key
    return (start, min(last - key + start, length)) if 0 <= start <= length else None


def put(call: Call, items: list[Any], key: Any, value: Any) -> None:
    """``items[0] = value``: what is missing before it is nil."""
    if not isinstance(key, int) or isinstance(key, bool) or key < -len(items):
        raise call.refused("a whole number within the array belongs here", "Write: items[0] = value")
    missing = key + 1 - len(items)
    if missing > 0:
        call.ev.budget.spend_values(missing)
        items.extend([None] * missing)
    items[key] = value


def group(call: Call, match: re.Match[str], key: Any) -> str | None:
    """``match[1]``, ``match['name']``"""
    if isinstance(key, str):
        if str(key) not in match.re.groupindex:
            raise call.refused("the regular expression has no group of this name", "Write: (?<name>…)")
        return match[str(key)]
    if not isinstance(key, int):
        raise call.refused("this part of a match is not supported", "Write: match[1]", codes.UNSUPPORTED)
    return match[key] if 0 <= key <= match.re.groups else None
