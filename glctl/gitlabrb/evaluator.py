"""The evaluator: what all kinds of nodes need. What each kind means is in the table of ``grammar.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, unsupported
from glctl.gitlabrb.configuration import Configuration
from glctl.gitlabrb.limits import MAX_DEPTH, MAX_DIAGNOSTICS, Budget, LimitError
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Environment
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from glctl.gitlabrb.model import Names
    from glctl.gitlabrb.source import Source
    from glctl.gitlabrb.syntax import Parsed
    from glctl.spans import Span

# What a kind of node means: the function that evaluates it.
Kinds = Mapping[str, Callable[["Evaluator", "Node"], Any]]

# Nodes that may stand between any two others. A heredoc's body is found from its beginning.
_EXTRAS = frozenset({"comment", "heredoc_body"})


class Evaluator:
    """One evaluation of one text. What is wrong is added to *diagnostics*."""

    def __init__(
        self,
        source: Source,
        kinds: Kinds,
        names: Names,
        environ: Mapping[str, str],
        diagnostics: list[Diagnostic],
    ) -> None:
        self.source = source
        self.budget = Budget()
        self.configuration = Configuration(names, self.budget)
        self.env = Environment(environ)
        self.heredocs: Mapping[int, Node | None] = {}
        self.locals: dict[str, Any] = {}
        self._reached: tuple[Source, Node] | None = None
        self._diagnostics = diagnostics
        self._kinds = kinds
        self._depth = 0

    def run(self, parsed: Parsed) -> None:
        """Evaluate all that could be parsed. Raises LimitError."""
        self.locals.update(dict.fromkeys(parsed.unread, UNKNOWN))
        for stretch in parsed.stretches:
            self.source, self.heredocs = stretch.source, stretch.heredocs
            self.value(stretch.root)

    @property
    def here(self) -> Span | None:
        """Where evaluation has come to."""
        return self._reached[0].span(self._reached[1]) if self._reached else None

    def reach(self, statement: Node) -> None:
        """Remember that evaluation has come to *statement*."""
        self._reached = self.source, statement

    def value(self, node: Node) -> Any:
        """What *node* is worth; UNKNOWN where it is refused, which is then reported."""
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise RefusedError(
                    node, codes.TOO_DEEP, f"this is nested more than {MAX_DEPTH} levels deep", "Nest it less."
                )
            if (meaning := self._kinds.get(node.type)) is None:
                raise unsupported.construct(node)
            return meaning(self, node)
        except RefusedError as refused:
            self.refuse(refused)
            return UNKNOWN
        finally:
            self._depth -= 1

    def data(self, node: Node) -> Any:
        """As :meth:`value`, for what is kept: a setting, a variable, an element, an argument."""
        value = self.value(node)
        if isinstance(value, Environment):
            self.refuse(unsupported.environment(node))
            return UNKNOWN
        return value

    def parts(self, node: Node) -> list[Node]:
        """The children of *node* that mean something."""
        return [child for child in node.children if child.type not in _EXTRAS]

    def refuse(self, refused: RefusedError) -> None:
        """Report a refused node. Variables that it would have set are unknown from here on."""
        span = self.source.span(refused.node)
        self._diagnostics.append(Diagnostic(refused.code, "error", refused.message, refused.hint, span))
        for name in _assigned_in(refused.node, self.source):
            self.locals[name] = UNKNOWN
        if len(self._diagnostics) >= MAX_DIAGNOSTICS:
            raise LimitError(
                codes.TOO_MANY,
                f"{MAX_DIAGNOSTICS} errors: what follows was not checked",
                "Correct these first.",
            )

    def warn(self, node: Node, code: str, message: str, hint: str) -> None:
        """Report what Ruby accepts and is certainly not meant."""
        if len(self._diagnostics) < MAX_DIAGNOSTICS - 1:
            span = self.source.span(node)
            self._diagnostics.append(Diagnostic(code, "warning", message, hint, span))


def _assigned_in(node: Node, source: Source) -> Iterable[str]:
    """The local variables that are set anywhere in *node*."""
    nodes = [node]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if node.type in ("assignment", "operator_assignment"):
            left = node.children[0]
            if left.type == "identifier":
                yield source.text_of(left)
