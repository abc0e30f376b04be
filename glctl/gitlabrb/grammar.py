"""The grammar: each kind of node that glctl evaluates, and the function that says what it means.

Kinds are those of tree-sitter-ruby. All others are refused: see ``unsupported.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb import (
    assignments,
    heredocs,
    literals,
    operators,
    program,
    references,
    setters,
    strings,
)

if TYPE_CHECKING:
    from glctl.gitlabrb.evaluator import Kinds

KINDS: Kinds = {
    "array": literals.array,
    "assignment": assignments.assignment,
    "binary": operators.binary,
    "call": setters.call,
    "chained_string": strings.chained_string,
    "constant": references.constant,
    "delimited_symbol": literals.delimited_symbol,
    "element_reference": references.element_reference,
    "empty_statement": literals.nil,
    "false": literals.false,
    "float": literals.float_,
    "hash": literals.hash_,
    "heredoc_beginning": heredocs.heredoc_beginning,
    "identifier": references.identifier,
    "integer": literals.integer,
    "nil": literals.nil,
    "parenthesized_statements": operators.parenthesized_statements,
    "program": program.program,
    "simple_symbol": literals.simple_symbol,
    "string": strings.string,
    "true": literals.true,
    "unary": literals.unary,
    "uninterpreted": program.uninterpreted,
}
