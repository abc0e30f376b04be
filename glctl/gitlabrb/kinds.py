"""Kinds of values: what class of Ruby's a value is of, by which ``methods.py`` lists its methods."""

from __future__ import annotations

import re
from typing import Any

from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.regexps import Regexp
from glctl.gitlabrb.values import Class, Enumerator, Environment, Hash, Proc, Range

KIND_WORDS = {
    "String": "a string",
    "Symbol": "a symbol",
    "Integer": "a whole number",
    "Float": "a number",
    "Array": "an array",
    "Hash": "a hash",
    "Regexp": "a regular expression",
    "Range": "a range",
    "Class": "a class",
    "MatchData": "a match",
    "Proc": "a lambda",
    "Enumerator": "a method without its block",
    "nil": "nil",
    "Object": "a value",
}


def kind_of(value: Any) -> str:
    """The kind of *value*; ``Object`` for true, false and what has no methods of its own."""
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
    ("Range", Range),
    ("MatchData", re.Match),
    ("Proc", Proc),
    ("Enumerator", Enumerator),
    ("Class", Class),
)


def is_a(value: Any, made: Class) -> bool:
    """``value.is_a?(String)``, ``String === value``"""
    if value is True or value is False:
        return made.name in ("Object", "TrueClass" if value else "FalseClass")
    kind = {"nil": "NilClass"}.get(kind_of(value), kind_of(value))
    return made.name in (kind, "Object") or (made.name == "Numeric" and kind in ("Integer", "Float"))
