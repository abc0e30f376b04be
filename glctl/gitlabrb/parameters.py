"""Parameters of blocks and lambdas: ``|key, value|``, ``|name, port = 5000, *others|``, ``_1``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

BLOCKS = frozenset({"block", "do_block", "lambda"})
_NUMBERED = Pattern(r"_[1-9]")
_OPERATIONS = frozenset({"assignment", "binary", "conditional", "operator_assignment", "range", "unary"})
# Ruby's order, by a letter for each: n(ame), o(ptional), r(est).
_ORDER = Pattern(r"n*o*r?n*")
_ORDER_IN_PARENTHESES = Pattern(r"n*r?n*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """``name``, ``name = default``, ``*name``; instead of a name, ``(a, b)`` has parameters of its own."""

    name: str | Parameters
    default: Node | None = None
    rest: bool = False

    @property
    def letter(self) -> str:
        """Its letter in the pattern of Ruby's order."""
        return "r" if self.rest else "o" if self.default is not None else "n"


Parameters = tuple[Parameter, ...]


def parameters_of(ev: Evaluator, node: Node) -> Parameters:
    """The parameters of a block or a lambda: what stands between ``|`` and ``|``, or behind ``->``; without
    that, ``_1`` and so on up to the last one that it uses. Raises RefusedError."""
    key = ev.source, node.id
    if key not in ev.parameters:
        ev.parameters[key] = _parameters_of(ev, node)
    return ev.parameters[key]


def _parameters_of(ev: Evaluator, node: Node) -> Parameters:
    listing = node.child_by_field_name("parameters")
    numbered = _numbered(ev, node)
    if listing is None:
        names = [f"_{number + 1}" for number in range(max((int(name[1]) for _, name in numbered), default=0))]
        return tuple(map(Parameter, names))
    if numbered:
        raise RefusedError(
            numbered[0][0],
            codes.SYNTAX,
            "a numbered parameter of a block that names its own",
            "Use the name.",
        )
    ev.check(listing)
    return _listed(ev, listing, _ORDER)


def _numbered(ev: Evaluator, node: Node) -> list[tuple[Node, str]]:
    """The words ``_1`` to ``_9`` that stand in the block itself. Ruby wants none in the blocks in it then."""
    body = node.child_by_field_name("body")  # a lambda's is a block
    inner: list[Node] = []
    own = list(_words(ev, body.children if body is not None else (), inner))
    # The blocks in it are looked into only now: of blocks in blocks, each node is seen once.
    below = [child for block in inner for child in block.children]
    if own and (more := next(_words(ev, below, None), None)) is not None:
        raise RefusedError(
            more[0], codes.SYNTAX, "numbered parameters in a block within a block that has some", _NAMES
        )
    return own


def _words(ev: Evaluator, roots: Sequence[Node], blocks: list[Node] | None) -> Iterator[tuple[Node, str]]:
    """Those in *roots*. With *blocks*, the blocks in these go there and are not looked into."""
    nodes = list(reversed(roots))
    while nodes:
        each = nodes.pop()
        if each.type == "identifier" and _NUMBERED.fullmatch(name := ev.source.text_of(each)):
            yield each, name
        if blocks is not None and each.type in BLOCKS:
            blocks.append(each)
        else:
            nodes += reversed(each.children)


_NAMES = "Name them: { |x| … }"


def _listed(ev: Evaluator, node: Node, order: Pattern[str]) -> Parameters:
    if len(node.children) > 1 and node.children[-2].type == ",":
        raise RefusedError(
            node, codes.UNSUPPORTED, "a comma behind the last parameter is not supported", "Write: |first, _|"
        )
    result = tuple(_each(ev, node))
    if not order.fullmatch("".join(parameter.letter for parameter in result)):
        raise RefusedError(
            node, codes.SYNTAX, "Ruby does not allow this order of parameters", "Write: |a, b = 1, *rest|"
        )
    return result


def _each(ev: Evaluator, node: Node) -> Iterator[Parameter]:
    for child in ev.parts(node):
        if child.type == "destructured_parameter":
            yield Parameter(_listed(ev, child, _ORDER_IN_PARENTHESES))
        elif child.type == "identifier":
            yield Parameter(ev.source.text_of(child))
        elif child.type == "optional_parameter":
            yield Parameter(ev.source.text_of(ev.field(child, "name")), _default(ev, node, child))
        elif child.type == "splat_parameter":
            yield Parameter(ev.source.text_of(child).removeprefix("*").strip() or "*", rest=True)
        elif child.type not in ("|", ",", "(", ")"):
            raise RefusedError(
                child, codes.UNSUPPORTED, "this parameter of a block is not supported", "Write: |key, value|"
            )


def _default(ev: Evaluator, node: Node, parameter: Node) -> Node:
    """The value of ``name = value``. Between ``|`` and ``|``, Ruby takes no operators there."""
    value = ev.field(parameter, "value")
    is_number = value.type == "unary" and value.children[-1].type in ("integer", "float")
    if node.type == "block_parameters" and value.type in _OPERATIONS and not is_number:
        raise RefusedError(
            value, codes.SYNTAX, "Ruby wants parentheses around this", "Write: |a, b = (a + 1)|"
        )
    return value


def required(parameters: Parameters) -> int:
    """How many values they want at least."""
    return sum(parameter.letter == "n" for parameter in parameters)


def takes_apart(parameters: Parameters) -> bool:
    """Whether a block of these parameters takes a single array for its values."""
    return len(parameters) > 1 and "".join(p.letter for p in parameters) != "or"


def bind(ev: Evaluator, parameters: Parameters, values: Sequence[Any]) -> None:
    """Give *values* to *parameters*, as variables of the innermost scope: nil where there are too few; what
    is too much is left out."""
    remaining = list(values)
    spare = max(len(remaining) - required(parameters), 0)
    for parameter in parameters:
        value: Any
        if parameter.rest:
            value, remaining = remaining[:spare], remaining[spare:]
        elif parameter.default is not None and not spare:
            value = ev.data(parameter.default)
        else:
            spare -= parameter.default is not None
            value = remaining.pop(0) if remaining else None
        if isinstance(parameter.name, str):
            ev.locals.give(parameter.name, value)
        else:
            bind(ev, parameter.name, value if isinstance(value, list) else [value])
