"""The methods that values have: one table, by the kind of the receiver. Operators are methods, too.

To add a method, add its line, and a test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import (
    arithmetic,
    classes,
    codes,
    containers,
    elements,
    enumerators,
    formats,
    in_place,
    ranges,
    slices,
    texts,
    unsupported,
)
from glctl.gitlabrb.changes import take_place
from glctl.gitlabrb.comparing import covers, same
from glctl.gitlabrb.kinds import KIND_WORDS, is_a, kind_of
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.printing import inspect, to_json, to_s
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Hash, describe, is_string

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
    last one may come many times. *block*: whether there may (False), or must (True) be one. *changes*: what
    it gives takes the receiver's place, which is a string.
    """

    does: Callable[..., Any]
    takes: tuple[Kinds, ...] = ()
    optional: int = 0
    repeated: bool = False
    block: bool | None = None
    changes: bool = False


Kinds = tuple[str, ...]
ANY: Kinds = ("Object",)
STRING: Kinds = ("String",)
INTEGER: Kinds = ("Integer",)
NUMBER: Kinds = ("Integer", "Float")
ARRAY: Kinds = ("Array",)
HASH: Kinds = ("Hash",)
KEY: Kinds = ("String", "Symbol", "Integer", "Float", "nil")
PATTERN: Kinds = ("String", "Regexp")
PART: Kinds = ("Integer", "Range", "String", "Regexp")
CLASS: Kinds = ("Class",)

m = Method
METHODS: dict[str, dict[str, Method]] = {
    "Object": {
        "==": m(lambda c, a, b: same(a, b, c.ev.budget), (ANY,)),
        "!=": m(lambda c, a, b: not same(a, b, c.ev.budget), (ANY,)),
        "nil?": m(lambda _c, a: a is None),
        "to_s": m(lambda c, a: to_s(a, c.ev.budget)),
        "inspect": m(lambda c, a: inspect(a, c.ev.budget)),
        "to_json": m(lambda c, a: to_json(a, c.ev.budget)),
        "freeze": m(lambda _c, a: a),
        "itself": m(lambda _c, a: a),
        "dup": m(containers.dup),
        "clone": m(containers.dup),
        "===": m(lambda c, a, b: covers(c.ev, a, b), (ANY,)),
        "<=>": m(elements.compared, (ANY,)),
        "is_a?": m(lambda _c, a, b: is_a(a, b), (CLASS,)),
        "kind_of?": m(lambda _c, a, b: is_a(a, b), (CLASS,)),
        "instance_of?": m(lambda _c, a, b: b.name not in ("Numeric", "Object") and is_a(a, b), (CLASS,)),
        "tap": m(lambda c, a: (c.run(a), a)[1], block=True),
        "then": m(lambda c, a: c.run(a), block=True),
        "yield_self": m(lambda c, a: c.run(a), block=True),
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
        "%": m(formats.percent, (ANY,)),
        "<<": m(texts.appended, (("String", "Integer"),), changes=True),
        "[]": m(slices.of_text, (PART, ("Integer", "String", "Symbol")), 1),
        "slice": m(slices.of_text, (PART, ("Integer", "String", "Symbol")), 1),
        "bytesize": m(lambda _c, a: len(a.encode())),
        "casecmp?": m(lambda _c, a, b: a.casefold() == b.casefold(), (STRING,)),
        "center": m(texts.center, (INTEGER, STRING), 1),
        "concat": m(texts.concatenated, (STRING,), repeated=True, changes=True),
        "count": m(texts.count, (STRING,)),
        "each_char": m(texts.each_char, block=False),
        "each_line": m(texts.each_line, block=True),
        "eql?": m(lambda _c, a, b: is_string(b) and a == b, (ANY,)),
        "hex": m(lambda c, a: texts.to_i(c, a, 16)),
        "index": m(texts.index, (PATTERN,)),
        "intern": m(lambda _c, a: Symbol(a)),
        "ljust": m(texts.ljust, (INTEGER, STRING), 1),
        "match": m(texts.matched, (PATTERN,)),
        "next": m(texts.successor),
        "oct": m(lambda c, a: texts.to_i(c, a, 8)),
        "ord": m(texts.ord_),
        "partition": m(texts.partition, (PATTERN,)),
        "prepend": m(lambda _c, a, *b: "".join(b) + a, (STRING,), repeated=True, changes=True),
        "replace": m(lambda _c, _a, b: str(b), (STRING,), changes=True),
        "rindex": m(lambda _c, a, b: None if (at := a.rfind(b)) < 0 else at, (STRING,)),
        "rjust": m(texts.rjust, (INTEGER, STRING), 1),
        "rpartition": m(lambda _c, a, b: list(a.rpartition(b)), (STRING,)),
        "scan": m(texts.scan, (PATTERN,), block=False),
        "squeeze": m(texts.squeeze),
        "succ": m(texts.successor),
        "swapcase": m(lambda _c, a: a.swapcase()),
        "capitalize": m(lambda _c, a: a.capitalize()),
        "chomp": m(texts.chomp, (STRING,), 1),
        "chop": m(lambda _c, a: a[:-2] if a.endswith("\r\n") else a[:-1]),
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
        "match?": m(texts.matches, (PATTERN,)),
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
        "start_with?": m(lambda _c, a, *b: a.startswith(b), (STRING,), repeated=True),
        "upcase": m(lambda _c, a: Symbol(a.upper())),
        "downcase": m(lambda _c, a: Symbol(a.lower())),
    },
    "Proc": dict.fromkeys(
        ("call", "[]", "===", "yield"), m(lambda _c, a, *b: a.does(*b), (ANY,), 1, repeated=True)
    ),
    "Enumerator": {  # and all that an Array has, of what it walks through
        **dict.fromkeys(
            ("with_index", "each_with_index"), m(enumerators.with_index, (INTEGER,), 1, block=False)
        ),
    },
    "Class": {
        "[]": m(classes.bracketed, (ANY,), 1, repeated=True),
        "new": m(classes.new, (ANY, ANY), 2, block=False),
        "===": m(lambda _c, a, b: is_a(b, a), (ANY,)),
        "name": m(lambda _c, a: a.name),
    },
    "MatchData": {
        "[]": m(slices.group, (("Integer", "String", "Symbol"),)),
        "captures": m(lambda _c, a: list(a.groups())),
        "post_match": m(lambda _c, a: a.string[a.end() :]),
        "pre_match": m(lambda _c, a: a.string[: a.start()]),
        "to_a": m(lambda _c, a: [a[0], *a.groups()]),
    },
    "Range": {  # and all that an Array has, of its elements: see invoke
        "begin": m(lambda _c, a: a.first),
        "cover?": m(lambda _c, a, b: ranges.covers(a, b), (ANY,)),
        "end": m(lambda _c, a: a.last),
        "include?": m(ranges.include, (ANY,)),
        "member?": m(ranges.include, (ANY,)),
        "first": m(ranges.first, (INTEGER,), 1),
        "size": m(ranges.size),
        "step": m(ranges.step, (NUMBER,), block=False),
        "each": m(lambda c, a: (containers.each(c, ranges.items(c, a)), a)[1], block=True),
    },
    "Regexp": {
        "=~": m(lambda c, a, b: texts.index(c, b, a), (("String", "nil"),)),
        "match": m(lambda c, a, b: texts.matched(c, b, a), (("String", "nil"),)),
        "match?": m(lambda c, a, b: texts.matches(c, b, a), (("String", "nil"),)),
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
        "&": m(lambda _c, a, b: a & b, (INTEGER,)),
        "|": m(lambda _c, a, b: a | b, (INTEGER,)),
        "between?": m(lambda _c, a, b, c: b <= a <= c, (NUMBER, NUMBER)),
        "clamp": m(lambda _c, a, b, c: min(max(a, b), c), (NUMBER, NUMBER)),
        "chr": m(arithmetic.character),
        "div": m(lambda c, a, b: math.floor(arithmetic.divided(c, a, b)), (INTEGER,)),
        "divmod": m(arithmetic.divmod_, (INTEGER,)),
        "downto": m(arithmetic.downto, (INTEGER,), block=False),
        "fdiv": m(lambda c, a, b: arithmetic.divided(c, float(a), b), (NUMBER,)),
        "modulo": m(arithmetic.modulo, (NUMBER,)),
        "negative?": m(lambda _c, a: a < 0),
        "pred": m(lambda _c, a: a - 1),
        "step": m(arithmetic.step, (NUMBER, NUMBER), 1, block=False),
        "succ": m(lambda _c, a: a + 1),
        "truncate": m(lambda _c, a: math.trunc(a)),
        "upto": m(arithmetic.upto, (INTEGER,), block=False),
        "abs": m(lambda _c, a: abs(a)),
        "ceil": m(arithmetic.ceil),
        "even?": m(lambda _c, a: a % 2 == 0),
        "floor": m(arithmetic.floor),
        "odd?": m(lambda _c, a: a % 2 == 1),
        "digits": m(lambda _c, a: [int(d) for d in str(abs(a))[::-1]]),
        "positive?": m(lambda _c, a: a > 0),
        "round": m(arithmetic.round_, (INTEGER,), 1),
        "times": m(arithmetic.repeat, block=False),
        "to_f": m(lambda _c, a: float(a)),
        "to_i": m(lambda _c, a: int(a)),
        "to_int": m(lambda _c, a: int(a)),
        "zero?": m(lambda _c, a: a == 0),
    },
    "Float": {},  # all that an Integer has and a fraction can have: see below
    "Array": {
        "+": m(lambda _c, a, b: a + b, (ARRAY,)),
        "-": m(containers.minus, (ARRAY,)),
        "<<": m(containers.push, (ANY,)),
        "&": m(elements.common, (ARRAY,)),
        "*": m(elements.times, (("Integer", "String"),)),
        "[]": m(slices.of_list, (("Integer", "Range"), INTEGER), 1),
        "append": m(containers.push, (ANY,), 1, repeated=True),
        "at": m(slices.of_list, (INTEGER,)),
        "clear": m(in_place.clear),
        "delete": m(in_place.delete, (ANY,)),
        "delete_at": m(in_place.delete_at, (INTEGER,)),
        "delete_if": m(in_place.changed(containers.reject, nil=False), block=True),
        "dig": m(containers.dig, (KEY,), repeated=True),
        "drop": m(elements.drop, (INTEGER,)),
        "each_slice": m(elements.slices, (INTEGER,), block=False),
        "entries": m(lambda _c, a: a),
        "fetch": m(containers.fetch_item, (INTEGER, ANY), 1, block=False),
        "filter_map": m(elements.filter_map, block=True),
        "find_all": m(containers.select, block=True),
        "find_index": m(elements.index, (ANY,), 1, block=False),
        "flat_map": m(elements.flat_map, block=True),
        "grep": m(elements.grep, (ANY,)),
        "grep_v": m(elements.grep_v, (ANY,)),
        "group_by": m(elements.group_by, block=True),
        "index": m(elements.index, (ANY,), 1, block=False),
        "inject": m(elements.fold, (ANY, ANY), 2, block=False),
        "insert": m(in_place.insert, (INTEGER, ANY), repeated=True),
        "keep_if": m(in_place.changed(containers.select, nil=False), block=True),
        "max": m(elements.max_, block=False),
        "max_by": m(elements.max_by, block=True),
        "member?": m(containers.include, (ANY,)),
        "min": m(elements.min_, block=False),
        "min_by": m(elements.min_by, block=True),
        "none?": m(lambda c, a: not any(containers.tests(c, a)), block=False),
        "one?": m(lambda c, a: sum(containers.tests(c, a)) == 1, block=False),
        "partition": m(elements.partition, block=True),
        "pop": m(in_place.pop),
        "prepend": m(in_place.unshift, (ANY,), 1, repeated=True),
        "reduce": m(elements.fold, (ANY, ANY), 2, block=False),
        "replace": m(in_place.changed(lambda _c, _a, b: list(b), nil=False), (ARRAY,)),
        "reverse_each": m(elements.reversed_each, block=True),
        "shift": m(in_place.shift),
        "slice": m(slices.of_list, (("Integer", "Range"), INTEGER), 1),
        "sort_by": m(elements.sort_by, block=True),
        "sum": m(elements.total, (ANY,), 1, block=False),
        "take": m(elements.take, (INTEGER,)),
        "unshift": m(in_place.unshift, (ANY,), 1, repeated=True),
        "values_at": m(lambda c, a, *b: [slices.of_list(c, a, i) for i in b], (INTEGER,), 1, repeated=True),
        "zip": m(elements.zip_, (ARRAY,), 1, repeated=True),
        "|": m(elements.union, (ARRAY,)),
        "any?": m(lambda c, a: any(containers.tests(c, a)), block=False),
        "all?": m(lambda c, a: all(containers.tests(c, a)), block=False),
        "collect": m(containers.map_, block=True),
        "compact": m(lambda _c, a: [x for x in a if x is not None]),
        "concat": m(containers.concat, (ARRAY,), 1, repeated=True),
        "count": m(elements.count, (ANY,), 1, block=False),
        "detect": m(containers.find, block=True),
        "each": m(containers.each, block=True),
        "each_with_index": m(containers.each_with_index, block=False),
        "each_with_object": m(containers.each_with_object, (ANY,), block=True),
        "empty?": m(lambda _c, a: not a),
        "filter": m(containers.select, block=True),
        "find": m(containers.find, block=True),
        "first": m(elements.first, (INTEGER,), 1),
        "flatten": m(containers.flatten, (INTEGER,), 1),
        "include?": m(containers.include, (ANY,)),
        "join": m(containers.join, (("String", "nil"),), 1),
        "last": m(elements.last, (INTEGER,), 1),
        "length": m(lambda _c, a: len(a)),
        "map": m(containers.map_, block=True),
        "push": m(containers.push, (ANY,), 1, repeated=True),
        "reject": m(containers.reject, block=True),
        "reverse": m(lambda _c, a: a[::-1]),
        "select": m(containers.select, block=True),
        "size": m(lambda _c, a: len(a)),
        "sort": m(elements.sorted_, block=False),
        "to_a": m(lambda _c, a: a),
        "to_h": m(containers.to_h, block=False),
        "uniq": m(elements.uniq_by, block=False),
    },
    "Hash": {
        "any?": m(lambda c, a: any(containers.tests(c, containers.pairs(a))), block=False),
        "all?": m(lambda c, a: all(containers.tests(c, containers.pairs(a))), block=False),
        "clear": m(in_place.clear_hash),
        "compact": m(containers.without_nil),
        "delete": m(in_place.delete_key, (KEY,), block=False),
        "delete_if": m(in_place.changed_hash(containers.reject_pairs, nil=False), block=True),
        "each_key": m(containers.each_key, block=True),
        "each_value": m(containers.each_value, block=True),
        "each_with_object": m(containers.each_pair_with_object, (ANY,), block=True),
        "except": m(containers.except_, (KEY,), 1, repeated=True),
        "filter_map": m(lambda c, a: elements.filter_map(c, containers.pairs(a)), block=True),
        "find": m(lambda c, a: containers.find(c, containers.pairs(a)), block=True),
        "detect": m(lambda c, a: containers.find(c, containers.pairs(a)), block=True),
        "flat_map": m(lambda c, a: elements.flat_map(c, containers.pairs(a)), block=True),
        "first": m(lambda c, a, *b: elements.first(c, containers.pairs(a), *b), (INTEGER,), 1),
        "group_by": m(lambda c, a: elements.group_by(c, containers.pairs(a)), block=True),
        "has_value?": m(lambda c, a, b: containers.include(c, [e.value for e in a], b), (ANY,)),
        "inject": m(lambda c, a, *b: elements.fold(c, containers.pairs(a), *b), (ANY, ANY), 2, block=False),
        "invert": m(lambda c, a: containers.to_h(c, [[v, k] for k, v in containers.pairs(a)])),
        "keep_if": m(in_place.changed_hash(containers.select_pairs, nil=False), block=True),
        "key": m(containers.key_of, (ANY,)),
        "max_by": m(lambda c, a: elements.max_by(c, containers.pairs(a)), block=True),
        "member?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "min_by": m(lambda c, a: elements.min_by(c, containers.pairs(a)), block=True),
        "none?": m(lambda c, a: not any(containers.tests(c, containers.pairs(a))), block=False),
        "partition": m(lambda c, a: elements.partition(c, containers.pairs(a)), block=True),
        "reduce": m(lambda c, a, *b: elements.fold(c, containers.pairs(a), *b), (ANY, ANY), 2, block=False),
        "replace": m(in_place.replace_hash, (HASH,)),
        "slice": m(containers.slice_, (KEY,), 1, repeated=True),
        "sort": m(lambda c, a: elements.sorted_(c, containers.pairs(a)), block=False),
        "sort_by": m(lambda c, a: elements.sort_by(c, containers.pairs(a)), block=True),
        "store": m(in_place.store, (KEY, ANY)),
        "sum": m(lambda c, a, *b: elements.total(c, containers.pairs(a), *b), (ANY,), 1, block=False),
        "transform_keys": m(containers.transform_keys, block=True),
        "value?": m(lambda c, a, b: containers.include(c, [e.value for e in a], b), (ANY,)),
        "values_at": m(lambda _c, a, *b: [a.read(k) for k in b], (KEY,), 1, repeated=True),
        "collect": m(lambda c, a: containers.map_(c, containers.pairs(a)), block=True),
        "count": m(lambda c, a, *b: elements.count(c, containers.pairs(a), *b), (ANY,), 1, block=False),
        "dig": m(containers.dig, (KEY,), repeated=True),
        "each": m(containers.each_pair, block=True),
        "each_pair": m(containers.each_pair, block=True),
        "each_with_index": m(containers.each_pair_with_index, block=False),
        "empty?": m(lambda _c, a: not len(a)),
        "fetch": m(containers.fetch, (KEY, ANY), 1, block=False),
        "filter": m(containers.select_pairs, block=True),
        "has_key?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "include?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "key?": m(lambda _c, a, b: a.find(b) is not None, (KEY,)),
        "keys": m(lambda _c, a: [entry.key for entry in a]),
        "length": m(lambda _c, a: len(a)),
        "map": m(lambda c, a: containers.map_(c, containers.pairs(a)), block=True),
        "merge": m(containers.merge, (HASH,), 1, repeated=True, block=False),
        "merge!": m(containers.merge_in, (HASH,), 1, repeated=True, block=False),
        "reject": m(containers.reject_pairs, block=True),
        "select": m(containers.select_pairs, block=True),
        "size": m(lambda _c, a: len(a)),
        "to_a": m(lambda _c, a: containers.pairs(a)),
        "to_h": m(containers.hash_to_h, block=False),
        "transform_values": m(containers.transform_values, block=True),
        "update": m(containers.merge_in, (HASH,), 1, repeated=True, block=False),
        "values": m(lambda _c, a: [entry.value for entry in a]),
    },
    "ENV": {
        "fetch": m(containers.fetch_variable, (STRING, ANY), 1, block=False),
        **dict.fromkeys(
            ("key?", "has_key?", "include?"), m(lambda _c, a, b: b in a.variables, (STRING,))
        ),
    },
}  # fmt: skip
_ONLY_WHOLE = {"&", "|", "chr", "digits", "downto", "even?", "odd?", "pred", "succ", "times", "upto"}
METHODS["Float"] = {name: METHODS["Integer"][name] for name in METHODS["Integer"].keys() - _ONLY_WHOLE} | {
    "nan?": m(lambda _c, _a: False),
}

# With a ! behind its name, a method changes its receiver. Its value is then nil if that stays the same.
_CHANGING_TEXT = (
    "capitalize chomp chop delete delete_prefix delete_suffix downcase gsub lstrip reverse rstrip squeeze "
    "strip sub swapcase tr upcase"
).split()
METHODS["String"] |= {f"{name}!": replace(METHODS["String"][name], changes=True) for name in _CHANGING_TEXT}
for _kind, _names, _changed in (
    ("Array", "compact filter flatten reject select uniq", in_place.changed),
    ("Array", "collect map reverse sort sort_by", partial(in_place.changed, nil=False)),
    ("Hash", "compact filter reject select", in_place.changed_hash),
    ("Hash", "transform_keys transform_values", partial(in_place.changed_hash, nil=False)),
):
    for _name in _names.split():
        _method = METHODS[_kind][_name]
        METHODS[_kind][f"{_name}!"] = replace(_method, does=_changed(_method.does))

_KNOWN = frozenset(name for methods in METHODS.values() for name in methods)
_AS_COLLECTION: dict[str, tuple[str, Callable[[Call, Any], Any]]] = {
    "ENV": ("Hash", containers.variables),
    "Enumerator": ("Array", enumerators.items),
    "Range": ("Array", ranges.items),
}
# What changes an array or a hash; a copy that was made for the call must not be changed.
_IN_PLACE = frozenset(
    "<< append clear concat delete delete_at delete_if insert keep_if pop prepend push replace shift store "
    "unshift update".split()
)


def invoke(
    ev: Evaluator,
    node: Node,
    receiver: Any,
    name: str,
    arguments: list[Any],
    block: Block | None = None,
    place: Node | None = None,
) -> Any:
    """``receiver.name(arguments) { block }``; what it makes is charged. Raises RefusedError.

    *place* is the expression that gave the receiver.
    """
    if receiver is UNKNOWN or any(argument is UNKNOWN for argument in arguments):
        return UNKNOWN
    call = Call(ev, node, block)
    receiver = _as_collection(call, receiver, name)
    method = _method_of(ev, node, receiver, name)
    _check(node, name, method, arguments, block)
    if block is None and method.block:
        return enumerators.without_block(call, receiver, name, arguments)
    ev.budget.spend_walk(receiver)
    result = method.does(call, receiver, *arguments)
    if isinstance(result, str):
        ev.budget.spend_text(len(result))
    elif isinstance(result, list | Hash):
        ev.budget.spend_values(len(result))
    if method.changes and result is not UNKNOWN:
        take_place(ev, node, place, receiver, result)
        return None if name.endswith("!") and result == receiver else result
    return result


def _as_collection(call: Call, receiver: Any, name: str) -> Any:
    """*receiver*; ENV as a hash, and a range as an array, where only these have the method."""
    kind = kind_of(receiver)
    if kind not in _AS_COLLECTION or name in METHODS[kind]:
        return receiver
    other, convert = _AS_COLLECTION[kind]
    if name not in METHODS[other]:
        return receiver
    if name in _IN_PLACE or name.endswith("!"):
        raise unsupported.method(call.node, name)
    return convert(call, receiver)


def _method_of(ev: Evaluator, node: Node, receiver: Any, name: str) -> Method:
    kind = kind_of(receiver)
    rows = [METHODS[kind]] if kind == "ENV" else [METHODS[kind], METHODS["Object"]]
    for row in rows:
        if name in row:
            return row[name]
    if name not in _KNOWN:
        raise unsupported.method(node, name)
    if receiver is None:
        written = node.child_by_field_name("receiver") or node.child_by_field_name("left")
        nil = "nil" if written is None else ev.named(written, "nil")
        nil = nil if nil == "nil" else f"{nil} is nil, which"
        raise RefusedError(
            node, codes.TYPE_ERROR, f"{nil} has no {_named(name)}", "Give it a value first: (value || '')"
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
            wanted = " or ".join(KIND_WORDS[kind] for kind in kinds)
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


_CONVERT = "Convert it: value.to_s or value.to_i"
