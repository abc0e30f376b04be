"""Literals: nil, true, false, numbers, symbols, arrays and hashes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, unsupported
from glctl.gitlabrb.limits import MAX_DIGITS
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.strings import quoted, words
from glctl.gitlabrb.values import KEY_TYPES, UNKNOWN, Hash, describe
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_INTEGER = Pattern(
    r"0[xX](?P<x>[\da-fA-F]+)|0[bB](?P<b>[01]+)|0[oO]?(?P<o>[0-7]+)|0[dD](?P<d>\d+)|(?P<plain>0|[1-9]\d*)"
)
_LEADING_ZERO = Pattern(r"0[\d_]")
_BASES = {"x": 16, "b": 2, "o": 8, "d": 10, "plain": 10}
_SYMBOL = Pattern(r":([^\W\d]\w*[?!=]?|\*\*|<=>|===?|=~|<<|[<>]=?|\[\]|[-+*/%&|^!~])")


def nil(_ev: Evaluator, _node: Node) -> None:
    """``nil``"""


def true(_ev: Evaluator, _node: Node) -> bool:
    """``true``"""
    return True


def false(_ev: Evaluator, _node: Node) -> bool:
    """``false``"""
    return False


def integer(ev: Evaluator, node: Node) -> int:
    """``42  1_000  0600  0x1f  0b11``"""
    match = _INTEGER.fullmatch(ev.source.text_of(node).replace("_", ""))
    if match is None:
        raise RefusedError(
            node,
            codes.SYNTAX,
            "a number that begins with 0 is octal, and octal digits go from 0 to 7",
            "Remove the leading 0, or put the digits in quotes.",
        )
    kind = match.lastgroup or "plain"
    if len(match[kind]) > MAX_DIGITS:
        raise RefusedError(
            node, codes.TOO_LARGE, f"a number of more than {MAX_DIGITS} digits", "Put the digits in quotes."
        )
    return int(match[kind], _BASES[kind])


def float_(ev: Evaluator, node: Node) -> float:
    """``1.5  1e3``"""
    text = ev.source.text_of(node)
    if _LEADING_ZERO.match(text):
        raise RefusedError(
            node, codes.SYNTAX, "a number with a fraction must not begin with 0", "Remove the leading 0."
        )
    number = float(text.replace("_", ""))
    if number == float("inf"):
        raise RefusedError(node, codes.TOO_LARGE, "this number is too large", "Put the digits in quotes.")
    return number


def simple_symbol(ev: Evaluator, node: Node) -> Symbol:
    """``:name``"""
    match = _SYMBOL.fullmatch(ev.source.text_of(node))
    if match is None:
        raise RefusedError(
            node, codes.SYNTAX, "this is no symbol", "Write a word behind the colon, or use quotes."
        )
    return Symbol(match[1])


def delimited_symbol(ev: Evaluator, node: Node) -> Any:
    """``:"some name"``"""
    text = quoted(ev, node)
    return text if text is UNKNOWN else Symbol(text)


def array(ev: Evaluator, node: Node) -> list[Any]:
    """``[1, 'a', b => 2]``"""
    _opening, *elements, _closing = ev.parts(node)
    return collected(ev, listed(elements))


def string_array(ev: Evaluator, node: Node) -> list[Any]:
    """``%w[a b]``, and ``%W[a #{b}]`` with interpolation"""
    return words(ev, node, interpolates="W")


def symbol_array(ev: Evaluator, node: Node) -> list[Any]:
    """``%i[a b]``"""
    texts = words(ev, node, interpolates="I")
    return [text if text is UNKNOWN else Symbol(text) for text in texts]


def hash_(ev: Evaluator, node: Node) -> Hash:
    """``{ 'a' => 1, b: 2 }``"""
    _opening, *elements, _closing = ev.parts(node)
    return _hash_of(ev, listed(elements))


def listed(elements: list[Node]) -> list[Node]:
    """The elements of a list of nodes and commas. Ruby wants a comma on the line of the element before it."""
    for before, comma in pairwise(elements):
        if comma.type == "," and comma.start_point.row != before.end_point.row:
            raise RefusedError(
                comma,
                codes.SYNTAX,
                "Ruby allows no line break before a comma",
                "Put it at the end of the line above.",
            )
    return [element for element in elements if element.type != ","]


def collected(ev: Evaluator, elements: list[Node]) -> list[Any]:
    """The values of a list; ``key => value`` pairs at its end make one hash."""
    values: list[Any] = []
    for number, element in enumerate(elements):
        if element.type in ("pair", "hash_splat_argument"):
            return [*values, _hash_of(ev, elements[number:])]
        if element.type == "splat_argument":
            values += _spread(ev, element)
            continue
        if element.type == "assignment":
            raise RefusedError(
                element,
                codes.UNSUPPORTED,
                "a setting as an element of a list is not supported",
                "Remove the comma at the end of the line above.",
            )
        values.append(ev.data(element))
    return values


def _spread(ev: Evaluator, node: Node) -> list[Any]:
    """``*values``"""
    from glctl.gitlabrb.conversions import array
    from glctl.gitlabrb.methods import Call

    value = ev.data(node.children[-1])
    spread = [value] if value is UNKNOWN else array(Call(ev, node), value)
    ev.budget.spend_values(len(spread))
    return spread


def list_without_brackets(ev: Evaluator, node: Node) -> list[Any]:
    """``a, b`` behind an equals sign"""
    if node.end_point.row != node.start_point.row:
        raise unsupported.construct(node)  # most likely, a comma too many at the end of a line
    return collected(ev, listed(ev.parts(node)))


def _hash_of(ev: Evaluator, pairs: list[Node]) -> Hash:
    result = Hash()
    for pair in pairs:
        try:
            _put_pair(ev, pair, result)
        except RefusedError as refused:
            ev.refuse(refused)
    return result


def _put_pair(ev: Evaluator, pair: Node, result: Hash) -> None:
    if pair.type == "hash_splat_argument":
        _merge(ev, pair, result)
        return
    if pair.type != "pair":
        raise RefusedError(
            pair,
            codes.UNSUPPORTED,
            "only pairs of a key and a value are supported here",
            "Write: 'key' => value",
        )
    parts = ev.parts(pair)
    if len(parts) != 3:
        raise RefusedError(pair, codes.UNSUPPORTED, "this key has no value", "Write: key: value")
    check_pair(ev, pair)
    key_node, arrow, value_node = parts
    key = _key(ev, key_node, arrow)
    value = ev.data(value_node)
    if key is UNKNOWN:
        return
    if result.find(key) is not None:
        ev.warn(
            key_node,
            codes.DUPLICATE_KEY,
            "this key is already in the hash: the value above is lost",
            "Remove one.",
        )
    result.put(key, value, ev.source.span(pair))


def _merge(ev: Evaluator, node: Node, result: Hash) -> None:
    """``**values``"""
    values = ev.data(node.children[-1])
    if isinstance(values, Hash):
        ev.budget.spend_values(len(values))
        for entry in list(values):
            result.put(entry.key, entry.value, entry.span)
    elif values is not UNKNOWN:
        raise RefusedError(
            node, codes.TYPE_ERROR, f"** before {describe(values)}", "Write: **{ 'key' => value }"
        )


def check_pair(ev: Evaluator, pair: Node) -> None:
    """Raise RefusedError for a ``=>`` that is not on the line of its key."""
    key, arrow, *_ = ev.parts(pair)
    if arrow.start_point.row != key.end_point.row:
        raise RefusedError(
            arrow, codes.SYNTAX, "Ruby allows no line break before =>", "Put it behind the key."
        )


def _key(ev: Evaluator, node: Node, arrow: Node) -> Any:
    if node.type == "hash_key_symbol":
        return Symbol(ev.source.text_of(node))
    key = ev.value(node)
    if key is not UNKNOWN and not isinstance(key, KEY_TYPES):
        raise RefusedError(
            node, codes.UNSUPPORTED, f"{describe(key)} is not supported as a key", "Use a string."
        )
    return Symbol(key) if arrow.type == ":" and isinstance(key, str) else key
