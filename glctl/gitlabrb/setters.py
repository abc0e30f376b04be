"""Setters: ``external_url 'x'``, ``registry_external_url('x')``, ``registry({…})``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, unsupported
from glctl.gitlabrb.limits import check_depth
from glctl.gitlabrb.literals import collected, listed
from glctl.gitlabrb.references import unknown_name
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.regexps import Regexp
from glctl.gitlabrb.values import UNKNOWN, Class, Enumerator, Hash, Proc, Range, describe

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

# Where Ruby takes a call whose arguments have no parentheses; a sole argument is another such place.
_NO_VALUES = (Range, Regexp, Proc, Class, re.Match)  # a tuple: a union would be built anew for every value
_TAKES_COMMAND = frozenset(
    "program parenthesized_statements interpolation then else body_statement "
    "block_body if_modifier unless_modifier".split()
)


def call(ev: Evaluator, node: Node) -> Any:
    """``name arguments``, ``name(arguments)``, ``self.name(arguments)``; without arguments, it reads."""
    name_node, arguments = _name_and_arguments(ev, node)
    name = ev.source.text_of(name_node)
    if name not in ev.configuration.names:
        if name in unsupported.METHODS:
            raise unsupported.method(node, name)
        if name in ev.locals and ev.locals[name] is UNKNOWN:  # a def that is not supported has been told
            return UNKNOWN
        unknown_name(ev, name_node, name)
    values = collected(ev, listed(_elements(ev, node, name, arguments))) if arguments else []
    if name not in ev.configuration.names:
        if values:
            ev.loose[name] = values[0] if len(values) == 1 else values
        return ev.loose.get(name)
    if not values:
        return ev.configuration.read(name)
    value = values[0] if len(values) == 1 else values
    assign_setting(ev, node, name, value)
    return value


def assign_setting(ev: Evaluator, node: Node, name: str, value: Any) -> None:
    """Give the setting *name* a whole value."""
    is_hash = name in ev.configuration.names.hashes
    if is_hash and value is not UNKNOWN and not isinstance(value, Hash):
        raise RefusedError(
            node,
            codes.WRONG_TYPE,
            f"{name} takes a hash, and this is {describe(value)}",
            f"Write: {name}['key'] = value",
        )
    check_setting(ev, node, value)
    ev.configuration.assign(name, value, ev.source.span(node))


def check_setting(ev: Evaluator, node: Node, value: Any, depth: int = 0) -> None:
    """Raise RefusedError for what Ruby can keep in a setting and no setting means."""
    check_depth(depth)
    if isinstance(value, Enumerator):
        raise RefusedError(
            node, codes.WRONG_TYPE, f"the method {value.name} lacks its block", "Write it: { |x| … }"
        )
    if isinstance(value, _NO_VALUES):
        raise RefusedError(
            node,
            codes.WRONG_TYPE,
            f"{describe(value)} is no value of a setting",
            "Write text, a number, true, false, a list or a hash.",
        )
    if isinstance(value, list):
        ev.budget.spend_values(len(value))
        for item in value:
            check_setting(ev, node, item, depth + 1)
    if isinstance(value, Hash) and not value.path:
        ev.budget.spend_values(len(value))
        for entry in value:
            check_setting(ev, node, entry.value, depth + 1)


def _name_and_arguments(ev: Evaluator, node: Node) -> tuple[Node, Node | None]:
    """The name and the argument list, if any, of what has the shape of a setter."""
    parts = ev.parts(node)
    if parts[-1].type in ("block", "do_block"):
        raise _refused_block(ev, node, parts)
    if parts[0].type == "self" and parts[1].type == ".":
        parts = parts[2:]
    match parts:
        case [name] if name.type == "identifier":
            return name, None
        case [name, arguments] if (
            name.type in ("identifier", "constant") and arguments.type == "argument_list"
        ):
            return name, arguments
    raise _refused_method(ev, node)


def _refused_block(ev: Evaluator, node: Node, parts: list[Node]) -> RefusedError:
    if len(parts) > 2:
        return _refused_method(ev, node)
    return RefusedError(
        parts[-1], codes.SYNTAX, BLOCK, f"Write parentheses: {ev.source.text_of(parts[0])}({{ … }})"
    )


def _refused_method(ev: Evaluator, node: Node) -> RefusedError:
    """The refusal of the first method that is called in a chain of calls."""
    while (receiver := node.child_by_field_name("receiver")) is not None and receiver.type == "call":
        node = receiver
    name = node.child_by_field_name("method") or node
    return unsupported.method(node, ev.source.text_of(name))


BLOCK = "braces right behind a name begin a block of code, not a hash"


def _elements(ev: Evaluator, node: Node, name: str, arguments: Node) -> list[Node]:
    """The nodes and commas of an argument list, if Ruby would take it for one."""
    elements = ev.parts(arguments)
    if elements[0].type == "(":
        return elements[1:-1]
    if elements[0].type == "hash":
        raise RefusedError(elements[0], codes.SYNTAX, BLOCK, f"Write parentheses: {name}({{ … }})")
    if name in ev.locals:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            f"{name} is a variable since a line above, no setting any more",
            "Give the variable another name.",
        )
    if elements[0].type == "heredoc_beginning" and arguments.start_byte == node.children[0].end_byte:
        raise RefusedError(elements[0], codes.SYNTAX, "a space is missing before <<", f"Write: {name} <<EOS")
    check_command(node)
    return elements


def check_command(node: Node) -> None:
    """Raise RefusedError where Ruby wants parentheses around the arguments of a call."""
    parent = node.parent
    alone = (
        parent is not None and parent.type == "argument_list" and "," not in (c.type for c in parent.children)
    )
    while parent is not None and parent.type in ("assignment", "operator_assignment"):
        parent = parent.parent
    if parent is not None and parent.type not in _TAKES_COMMAND and not alone:
        raise RefusedError(
            node, codes.SYNTAX, "Ruby wants parentheses around these arguments", "Write: name('value')"
        )
