"""YAML and JSON, as Ruby's ``YAML.load`` (Psych 4) and ``JSON.parse`` read them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb.limits import MAX_DEPTH, MAX_DIGITS
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.values import Hash
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml

    from glctl.gitlabrb.limits import Budget

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = Pattern(r"(?:yes|true|on)", re.IGNORECASE)
_FALSE = Pattern(r"(?:no|false|off)", re.IGNORECASE)
_INTEGER = Pattern(
    r"[-+]?(?:0b(?P<b>[01_,]+)|0x(?P<x>[\da-fA-F_,]+)|0(?P<o>[0-7_,]*)|(?P<d>[1-9](?:\d|,\d|_\d)*))", re.ASCII
)
_FLOAT = Pattern(r"[-+]?(?:\d[\d_,]*)?\.\d*(?:[eE][-+]\d+)?", re.ASCII)
_SEXAGESIMAL = Pattern(r"[-+]?\d[\d_]*(?::[0-5]?\d){1,2}(?P<fraction>\.[\d_]*)?", re.ASCII)
_TIME = Pattern(r"-?\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d.*)?", re.ASCII)
_SYMBOL = Pattern(r":(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<plain>[^:\s].*))", re.DOTALL)
_BASES = {"b": 2, "x": 16, "o": 8, "d": 10}
_TAG = "tag:yaml.org,2002:"
_TAGGED = {"str", "int", "float", "bool", "null", "seq", "map"}


class DocumentError(Exception):
    """A document that Ruby refuses, or that is not read here: what is wrong, and the row, from 0."""

    def __init__(self, message: str, row: int = 0) -> None:
        super().__init__(message)
        self.row = row


def load_yaml(text: str, budget: Budget, *, symbols: bool = False, safe: bool = False) -> Any:
    """The value of a YAML document; its keys are Symbols if *symbols*, and others refused if *safe*.

    Raises DocumentError, LimitError.
    """
    import yaml

    budget.spend_document(len(text))
    try:
        root = yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as exc:
        row = exc.problem_mark.line if exc.problem_mark else 0
        raise DocumentError(f"this is no YAML: {exc.problem or exc.context}", row) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DocumentError("this is no YAML") from None
    return None if root is None else _Reader(budget, symbols, safe).value(root, 0)


@cache
def _loader() -> type[yaml.SafeLoader]:
    """PyYAML's parser, which takes tabs between words as Psych's does; at the start of a line none does."""
    import yaml

    class Loader(yaml.SafeLoader):
        def scan_to_next_token(self) -> None:
            super().scan_to_next_token()
            while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
                self.forward()
                super().scan_to_next_token()

    return Loader


class _Reader:
    """Makes values of the nodes of one document."""

    def __init__(self, budget: Budget, symbols: bool, safe: bool) -> None:
        self._budget = budget
        self._symbols = symbols
        self._safe = safe
        self._seen: set[int] = set()

    def value(self, node: Any, depth: int) -> Any:
        self._budget.spend_values(1)
        row = node.start_mark.line
        if depth > MAX_DEPTH:
            raise DocumentError("this YAML is nested too deep", row)
        if id(node) in self._seen:
            raise DocumentError("an alias (*name) in YAML, which Ruby refuses here, too", row)
        self._seen.add(id(node))
        if node.tag.removeprefix(_TAG) not in {*_TAGGED, "timestamp", "merge", "value"}:
            raise DocumentError("a tag (!…) in YAML is not supported", row)
        if node.id == "sequence":
            return [self.value(item, depth + 1) for item in node.value]
        if node.id == "mapping":
            return self._mapping(node, depth)
        if node.style is not None:
            return str(node.value)
        value = scalar(node.value, row)
        if self._safe and isinstance(value, Symbol):
            raise DocumentError("a symbol in YAML, which safe_load refuses", row)
        return value

    def _mapping(self, node: Any, depth: int) -> Hash:
        result = Hash()
        for key_node, value_node in node.value:
            key = self.value(key_node, depth + 1)
            if not isinstance(key, str | int | float | None):
                raise DocumentError("a list as a key in YAML is not supported", key_node.start_mark.line)
            if self._symbols and isinstance(key, str):
                key = Symbol(key)
            result.put(key, self.value(value_node, depth + 1), None)
        return result


def scalar(text: str, row: int = 0) -> Any:
    """What Psych makes of a word without quotes. Raises DocumentError."""
    if text in _NULL:
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if match := _SYMBOL.fullmatch(text):
        return Symbol(match[match.lastgroup or 0])
    if _TIME.fullmatch(text):
        raise DocumentError("a date in YAML, which Ruby refuses here, too", row)
    if re.fullmatch(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", text):
        raise DocumentError("a number without end in YAML is not supported", row)
    return _number(text, row)


def _number(text: str, row: int) -> Any:
    if len(text) > MAX_DIGITS:
        return text
    sign = -1 if text[0] == "-" else 1
    bare = text.lstrip("+-").replace("_", "").replace(",", "")
    if match := _INTEGER.fullmatch(text):
        kind = match.lastgroup or "d"
        digits = match[kind].replace("_", "").replace(",", "")
        return sign * int(digits or "0", _BASES[kind])
    if match := _SEXAGESIMAL.fullmatch(text):
        # Ruby counts from the hours on: 12:30 is 45000.
        parts = text.replace("_", "").split(":")
        kind_of = float if match["fraction"] else int
        return sum(kind_of(part) * 60 ** (2 - place) for place, part in enumerate(parts))
    if _FLOAT.fullmatch(text) and re.search(r"\d", text):
        number = sign * float(bare)
        if number in (float("inf"), float("-inf")):
            raise DocumentError("this number is too large", row)
        return number
    return text


def load_json(text: str, budget: Budget, *, symbols: bool = False) -> Any:
    """The value of a JSON document. Raises DocumentError, LimitError."""
    import json

    budget.spend_document(len(text) // 10)
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as exc:
        raise DocumentError(f"this is no JSON: {exc.msg}", exc.lineno - 1) from None
    except (ValueError, RecursionError):
        raise DocumentError("this is no JSON") from None
    return _ruby(value, budget, symbols, 0)


def _no_constant(_name: str) -> Any:
    raise ValueError


def _ruby(value: Any, budget: Budget, symbols: bool, depth: int) -> Any:
    budget.spend_values(1)
    if depth > MAX_DEPTH:
        raise DocumentError("this JSON is nested too deep")
    if isinstance(value, list):
        return [_ruby(item, budget, symbols, depth + 1) for item in value]
    if isinstance(value, dict):
        return _hash(value, budget, symbols, depth)
    return value


def _hash(value: Mapping[str, Any], budget: Budget, symbols: bool, depth: int) -> Hash:
    result = Hash()
    for key, item in value.items():
        result.put(Symbol(key) if symbols else key, _ruby(item, budget, symbols, depth + 1), None)
    return result
