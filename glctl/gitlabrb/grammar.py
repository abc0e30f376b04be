"""The grammar: each kind of node that glctl evaluates, and the function that says what it means.

Kinds are those of tree-sitter-ruby. All others are refused: see ``unsupported.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb import (
    assignments,
    calls,
    control,
    heredocs,
    libraries,
    literals,
    loops,
    operators,
    program,
    ranges,
    references,
    regexps,
    strings,
)

if TYPE_CHECKING:
    from glctl.gitlabrb.evaluator import Kinds

KINDS: Kinds = {
    "array": literals.array,
    "assignment": assignments.assignment,
    "begin": control.begin,
    "binary": operators.binary,
    "block_body": program.body,
    "body_statement": program.body,
    "break": control.break_,
    "call": calls.call,
    "case": control.case,
    "chained_string": strings.chained_string,
    "character": strings.character,
    "conditional": control.if_,
    "constant": references.constant,
    "delimited_symbol": literals.delimited_symbol,
    "do": program.body,
    "element_reference": references.element_reference,
    "else": program.body,
    "elsif": control.if_,
    "empty_statement": literals.nil,
    "false": literals.false,
    "float": literals.float_,
    "for": loops.for_,
    "global_variable": references.global_variable,
    "hash": literals.hash_,
    "heredoc_beginning": heredocs.heredoc_beginning,
    "identifier": references.identifier,
    "if": control.if_,
    "if_modifier": control.if_modifier,
    "integer": literals.integer,
    "lambda": loops.lambda_,
    "next": control.next_,
    "nil": literals.nil,
    "operator_assignment": assignments.operator_assignment,
    "parenthesized_statements": operators.parenthesized_statements,
    "program": program.program,
    "range": ranges.range_,
    "regex": regexps.regex,
    "right_assignment_list": literals.list_without_brackets,
    "simple_symbol": literals.simple_symbol,
    "string": strings.string,
    "string_array": literals.string_array,
    "subshell": libraries.subshell,
    "symbol_array": literals.symbol_array,
    "then": program.body,
    "true": literals.true,
    "unary": operators.unary,
    "uninterpreted": program.uninterpreted,
    "unless": control.unless,
    "unless_modifier": control.unless_modifier,
    "until": loops.until,
    "until_modifier": loops.until,
    "while": loops.while_,
    "while_modifier": loops.while_,
}
