"""The methods that values have: one table, by the kind of the receiver. Operators are methods, too.

To add a method, add its line, and a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import arithmetic, codes, containers, texts, unsupported
from glctl.gitlabrb.comparing import same
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.printing import inspect, to_s
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.regexps import Regexp
from glctl.gitlabrb.values import UNKNOWN, Environment, Hash, describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from glctl.gitlabrb.blocks import Block
    from glctl.gitlabrb.evaluator import Evaluator


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method: where, and the block behind it."""

    ev: Evaluator
    node: Node
    block: Block | None = None

    def run(self, *values: Any) -> Any:
        """What the block makes of *values*."""
        if self.block is None:
            raise self.refused("a block is missing here", "Write: { |x| … }")
        return self.block(*values)

    def refused(self, message: str, hint: str, code: str = codes.TYPE_ERROR) -> RefusedError:
        """The refusal of this call."""
        return RefusedError(self.node, code, message, hint)


@dataclass(frozen=True, slots=True)
class Method:
    """What a method does, given the Call, the receiver and the arguments.

    *takes* has the kinds of each argument, of which the last *optional* ones may be left out; a *repeated*
    last one may come many times. *block*: whether there may (False), or must (True) be one.
    """

    does: Callable[..., Any]
    takes: tuple[Kinds, ...] = ()
    optional: int = 0
    repeated: bool = False
    block: bool | None = None


Kinds = tuple[str, ...]
ANY: Kinds = ("Object",)
STRING: Kinds = ("String",)
INTEGER: Kinds = ("Integer",)
NUMBER: Kinds = ("Integer", "Float")
ARRAY: Kinds = ("Array",)
HASH: Kinds = ("Hash",)
KEY: Kinds = ("String", "Symbol", "Integer", "Float", "nil")
PATTERN: Kinds = ("String", "Regexp")

_WORDS = {
    "String": "a string",
    "Symbol": "a symbol",
    "Integer": "a whole number",
    "Float": "a number",
    "Array": "an array",
    "Hash": "a hash",
    "Regexp": "a regular expression",
    "nil": "nil",
    "Object": "a value",
}


def kind_of(value: Any) -> str:
    """The row of the table that *value* belongs to."""
    for kind, types in _KINDS:
        if isinstance(value, types):
            return kind
    return "Object"


_KINDS: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("nil", type(None)),
    ("Object", bool),
    ("Symbol", Symbol),
    ("String", str),
    ("Integer", int),
    ("Float", float),
    ("Array", list),
    ("Hash", Hash),
    ("Regexp", Regexp),
    ("ENV", Environment),
)

m = Method
METHODS: dict[str, dict[str, Method]] = {
    "Object": {
        "==": m(lambda c, a, b: same(a, b, c.ev.budget), (ANY,)),
        "!=": m(lambda c, a, b: not same(a, b, c.ev.budget), (ANY,)),
        "nil?": m(lambda _c, a: a is None),
        "to_s": m(lambda c, a: to_s(a, c.ev.budget)),
        "inspect": m(lambda c, a: inspect(a, c.ev.budget)),
        "freeze": m(lambda _c, a: a),
        "itself": m(lambda _c, a: a),
        "dup": m(containers.dup),
        "clone": m(containers.dup),
    },
    "nil": {
        "=~": m(lambda _c, _a, _b: None, (ANY,)),
        "!~": m(lambda _c, _a, _b: True, (ANY,)),
        "to_a": m(lambda _c, _a: []),
        "to_h": m(lambda _c, _a: Hash()),
        "to_i": m(lambda _c, _a: 0),
        "to_f": m(lambda _c, _a: 0.0),
    },
    "String": {
        "+": m(texts.plus, (ANY,)),
        "*": m(texts.times, (INTEGER,)),
        "=~": m(texts.index, (("Regexp",),)),
        "!~": m(lambda c, a, b: texts.index(c, a, b) is None, (("Regexp",),)),
        "<": m(lambda _c, a, b: a < b, (STRING,)),
        ">": m(lambda _c, a, b: a > b, (STRING,)),
        "<=": m(lambda _c, a, b: a <= b, (STRING,)),
        ">=": m(lambda _c, a, b: a >= b, (STRING,)),
        "capitalize": m(lambda _c, a: a.capitalize()),
        "chomp": m(texts.chomp, (STRING,), 1),
        "chars": m(lambda _c, a: list(a)),
        "delete": m(texts.delete, (STRING,)),
        "delete_prefix": m(lambda _c, a, b: a.removeprefix(b), (STRING,)),
        "delete_suffix": m(lambda _c, a, b: a.removesuffix(b), (STRING,)),
        "downcase": m(lambda _c, a: a.lower()),
        "empty?": m(lambda _c, a: not a),
        "end_with?": m(lambda _c, a, *b: a.endswith(b), (STRING,), repeated=True),
        "gsub": m(texts.gsub, (PATTERN, ("String", "Hash")), 1, block=False),
        "include?": m(lambda _c, a, b: b in a, (STRING,)),
        "length": m(lambda _c, a: len(a)),
        "lines": m(lambda _c, a: texts.lines(a)),
        "lstrip": m(lambda _c, a: a.lstrip(texts.WHITE)),
        "match?": m(lambda c, a, b: texts.index(c, a, b) is not None, (PATTERN,)),
        "reverse": m(lambda _c, a: a[::-1]),
        "rstrip": m(lambda _c, a: a.rstrip(texts.WHITE)),
        "size": m(lambda _c, a: len(a)),
        "split": m(texts.split, (PATTERN, INTEGER), 2),
        "start_with?": m(lambda _c, a, *b: a.startswith(b), (STRING,), repeated=True),
        "strip": m(lambda _c, a: a.strip(texts.WHITE)),
        "sub": m(texts.sub, (PATTERN, ("String", "Hash")), 1, block=False),
        "to_f": m(lambda _c, a: texts.to_f(a)),
        "to_i": m(texts.to_i, (INTEGER,), 1),
        "to_str": m(lambda _c, a: a),
        "to_sym": m(lambda _c, a: Symbol(a)),
        "tr": m(texts.tr, (STRING, STRING)),
        "upcase": m(lambda _c, a: a.upper()),
    },
    "Symbol": {
        "to_sym": m(lambda _c, a: a),
        "length": m(lambda _c, a: len(a)),
        "size": m(lambda _c, a: len(a)),
    },
    "Regexp": {
        "=~": m(lambda c, a, b: None if b is None else texts.index(c, b, a), (("String", "nil"),)),
        "match?": m(lambda c, a, b: b is not None and texts.index(c, b, a) is not None, (("String", "nil"),)),
    },
    "Integer": {
        "+": m(arithmetic.plus, (NUMBER,)),
        "-": m(arithmetic.minus, (NUMBER,)),
        "*": m(arithmetic.times, (NUMBER,)),
        "/": m(arithmetic.divided, (NUMBER,)),
        "%": m(arithmetic.modulo, (NUMBER,)),
        "**": m(arithmetic.power, (NUMBER,)),
        "<": m(lambda _c, a, b: a < b, (NUMBER,)),
        ">": m(lambda _c, a, b: a > b, (NUMBER,)),
        "<=": m(lambda _c, a, b: a <= b, (NUMBER,)),
        ">=": m(lambda _c, a, b: a >= b, (NUMBER,)),
        "abs": m(lambda _c, a: abs(a)),
        "ceil": m(arithmetic.ceil),
        "even?": m(lambda _c, a: a % 2 == 0),
        "floor": m(arithmetic.floor),
        "odd?": m(lambda _c, a: a % 2 == 1),
        "positive?": m(lambda _c, a: a > 0),
        "round": m(arithmetic.round_),
        "times": m(arithmetic.repeat, block=True),
        "to_f": m(lambda _c, a: float(a)),
        "to_i": m(lambda _c, a: int(a)),
        "zero?": m(lambda _c, a: a == 0),
    },
    "Float": {},  # all that an Integer has and a fraction can have: see below
    "Array": {
        "+": m(lambda _c, a, b: a + b, (ARRAY,)),
        "-": m(containers.minus, (ARRAY,)),
        "<<": m(containers.push, (ANY,)),
        "any?": m(lambda c, a: any(containers.tests(c, a)), block=False),
        "all?": m(lambda c, a: all(containers.tests(c, a)), block=False),
        "collect": m(containers.map_, block=True),
        "compact": m(lambda _c, a: [x for x in a if x is not None]),
        "concat": m(containers.concat, (ARRAY,)),
        "count": m(lambda _c, a: len(a)),
        "detect": m(containers.find, block=True),
        "each": m(containers.each, block=True),
        "each_with_index": m(containers.each_with_index, block=True),
        "each_with_object": m(containers.each_with_object, (ANY,), block=True),
        "empty?": m(lambda _c, a: not a),
        "filter": m(containers.select, block=True),
        "find": m(containers.find, block=True),
        "first": m(lambda _c, a: a[0] if a else None),
        "flatten": m(containers.flatten),
        "include?": m(containers.include, (ANY,)),
        "join": m(containers.join, (("String", "nil"),), 1),
        "last": m(lambda _c, a: a[-1] if a else None),
        "length": m(lambda _c, a: len(a)),
        "map": m(containers.map_, block=True),
        "push": m(containers.push, (ANY,)),
        "reject": m(containers.reject, block=True),
        "reverse": m(lambda _c, a: a[::-1]),
        "select": m(containers.select, block=True),
        "size": m(lambda _c, a: len(a)),
        "sort": m(containers.sort),
        "to_a": m(lambda _c, a: a),
        "to_h": m(containers.to_h, block=False),
        "uniq": m(containers.uniq),
    },
    "Hash": {
        "any?": m(lambda c, a: any(containers.tests(c, containers.pairs(a))), block=False),
        "all?": m(lambda c, a: all(containers.tests(c, containers.pairs(a))), block=False),
        "collect": m(lambda c, a: containers.map_(c, containers.pairs(a)), block=True),
        "count": m(lambda _c, a: len(a)),
        "dig": m(containers.dig, (KEY,), repeated=True),
        "each": m(containers.each_pair, block=True),
        "each_pair": m(containers.each_pair, block=True),
        "each_with_index": m(containers.each_pair_with_index, block=True),
        "empty?": m(lambda _c, a: not len(a)),
        "fetch": m(containers.fetch, (KEY, ANY), 1, block=False),
        "filter": m(containers.select_pairs, block=True),
        "has_key?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "include?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "key?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "keys": m(lambda _c, a: [entry.key for entry in a]),
        "length": m(lambda _c, a: len(a)),
        "map": m(lambda c, a: containers.map_(c, containers.pairs(a)), block=True),
        "merge": m(containers.merge, (HASH,), repeated=True),
        "merge!": m(containers.merge_in, (HASH,)),
        "reject": m(containers.reject_pairs, block=True),
        "select": m(containers.select_pairs, block=True),
        "size": m(lambda _c, a: len(a)),
        "to_a": m(lambda _c, a: containers.pairs(a)),
        "to_h": m(containers.hash_to_h, block=False),
        "transform_values": m(containers.transform_values, block=True),
        "update": m(containers.merge_in, (HASH,)),
        "values": m(lambda _c, a: [entry.value for entry in a]),
    },
    "ENV": {
        "fetch": m(containers.fetch_variable, (STRING, ANY), 1, block=False),
        **dict.fromkeys(
            ("key?", "has_key?", "include?"), m(lambda _c, a, b: b in a.variables, (STRING,))
        ),
    },
}  # fmt: skip
METHODS["Float"] = {
    name: METHODS["Integer"][name] for name in METHODS["Integer"].keys() - {"times", "even?", "odd?"}
}

# What changes the receiver, which no variable may be: it could be a setting's value elsewhere.
_KNOWN = frozenset(name for methods in METHODS.values() for name in methods)
_NO_CHANGE = frozenset({"merge!", "update", "push", "concat", "<<"})


def invoke(
    ev: Evaluator, node: Node, receiver: Any, name: str, arguments: list[Any], block: Block | None = None
) -> Any:
    """``receiver.name(arguments) { block }``; what it makes is charged. Raises RefusedError."""
    if receiver is UNKNOWN or any(argument is UNKNOWN for argument in arguments):
        return UNKNOWN
    if isinstance(receiver, Environment) and name in METHODS["Hash"] and name not in METHODS["ENV"]:
        if name in _NO_CHANGE:
            raise unsupported.method(node, name)
        receiver = containers.variables(Call(ev, node), receiver)
    method = _method(node, receiver, name)
    _check(node, name, method, arguments, block)
    result = method.does(Call(ev, node, block), receiver, *arguments)
    if isinstance(result, str):
        ev.budget.spend_text(len(result))
    elif isinstance(result, list | Hash):
        ev.budget.spend_values(len(result))
    return result


def _method(node: Node, receiver: Any, name: str) -> Method:
    kind = kind_of(receiver)
    rows = [METHODS[kind]] if kind == "ENV" else [METHODS[kind], METHODS["Object"]]
    for row in rows:
        if name in row:
            return row[name]
    if name not in _KNOWN:
        raise unsupported.method(node, name)
    if receiver is None:
        raise RefusedError(
            node, codes.TYPE_ERROR, f"nil has no {_named(name)}", "Give it a value first: (value || '')"
        )
    raise RefusedError(
        node,
        codes.UNSUPPORTED,
        f"{_named(name)} of {describe(receiver)} is not supported",
        unsupported.METHODS.get(name, "Write the resulting value."),
    )


def _named(name: str) -> str:
    return f"method {name}" if name[0].isalpha() else f"operator {name}"


def _check(node: Node, name: str, method: Method, arguments: list[Any], block: Block | None) -> None:
    """Raise RefusedError for arguments or a block that the method does not take."""
    most = len(arguments) if method.repeated else len(method.takes)
    if not len(method.takes) - method.optional <= len(arguments) <= most:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            f"the {_named(name)} with {len(arguments)} arguments is not supported",
            "Write the resulting value.",
        )
    for number, argument in enumerate(arguments):
        kinds = method.takes[min(number, len(method.takes) - 1)]
        if kinds != ANY and kind_of(argument) not in kinds:
            wanted = " or ".join(_WORDS[kind] for kind in kinds)
            raise RefusedError(
                node,
                codes.TYPE_ERROR,
                f"{_named(name)} takes {wanted}, and this is {describe(argument)}",
                _CONVERT,
            )
    if block is not None and method.block is None:
        raise RefusedError(
            node, codes.UNSUPPORTED, f"the {_named(name)} with a block is not supported", "Write it without."
        )
    if block is None and method.block:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            f"the {_named(name)} without a block is not supported",
            "Write: { |x| … }",
        )


_CONVERT = "Convert it: value.to_s or value.to_i"
