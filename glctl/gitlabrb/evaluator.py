"""The evaluator: what all kinds of nodes need. What each kind means is in the table of ``grammar.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, strict, unsupported
from glctl.gitlabrb.configuration import Configuration
from glctl.gitlabrb.limits import MAX_DEPTH, MAX_DIAGNOSTICS, MAX_INCLUDED, Budget, LimitError
from glctl.gitlabrb.printing import NoTextError
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.scope import Scope
from glctl.gitlabrb.source import Source, check_size
from glctl.gitlabrb.syntax import parse
from glctl.gitlabrb.values import UNKNOWN, Environment, Facts, Library
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from glctl.gitlabrb.model import Names
    from glctl.gitlabrb.outside import Outside
    from glctl.gitlabrb.parameters import Parameters
    from glctl.gitlabrb.syntax import Parsed
    from glctl.spans import Span

# What a kind of node means: the function that evaluates it.
Kinds = Mapping[str, Callable[["Evaluator", "Node"], Any]]

_LISTS_OF_TARGETS = frozenset({"left_assignment_list", "destructured_left_assignment", "rest_assignment"})
_MAX_NAMED = 60  # characters of the text that a message repeats
# Nodes that may stand between any two others. A heredoc's body is found from its beginning.
_EXTRAS = frozenset({"comment", "heredoc_body"})

_NO_DATA = (Environment, Library, Facts)  # a tuple: a union would be built anew for every value


class Evaluator:
    """One evaluation of one text. What is wrong is added to *diagnostics*."""

    def __init__(
        self,
        source: Source,
        kinds: Kinds,
        names: Names,
        outside: Outside,
        diagnostics: list[Diagnostic],
    ) -> None:
        self.source = source
        self.budget = Budget()
        self.configuration = Configuration(names, self.budget)
        self.outside = outside
        self.env = Environment(outside.environ)
        self.heredocs: Mapping[int, Node | None] = {}
        self.locals = Scope()
        self.constants: dict[str, Any] = {}
        self.match: re.Match[str] | None = None  # the last one, of which $1 is a part
        self.refusals = 0
        self._reached: tuple[Source, Node] | None = None
        self._diagnostics = diagnostics
        self._kinds = kinds
        self._depth = 0
        self.in_block = False
        self.strict = True  # whether names must be known, and reading a key of settings makes it
        self.loose: dict[str, Any] = {}  # what unknown names were set to where that was allowed
        self._included = 0
        self.files_read: dict[str, str] = {}  # what File.read has given, and what spans call the file
        # By the source and the id of a node:
        self._checked: set[tuple[Source, int]] = set()
        self.parameters: dict[tuple[Source, int], Parameters] = {}  # of blocks: a loop may ask many times
        self._assigned: dict[tuple[Source, int], tuple[str, ...]] = {}

    def run(self, parsed: Parsed) -> None:
        """Evaluate all that could be parsed. Raises LimitError."""
        for name in parsed.unread:
            self.locals[name] = UNKNOWN
        for stretch in parsed.stretches:
            self.source, self.heredocs = stretch.source, stretch.heredocs
            self.value(stretch.root)

    def include(self, node: Node, text: str, file: str | None) -> None:
        """Evaluate *text* at the place of *node*: another file, or, without *file*, more of this one."""
        if self._included >= MAX_INCLUDED:
            raise RefusedError(
                node, codes.TOO_DEEP, f"more than {MAX_INCLUDED} other files", "Does a file include itself?"
            )
        self._included += 1
        source = Source(text, self.outside.named(file) if file else self._name_of(node, text))
        check_size(source.text)
        outer = self.source, self.heredocs, self.locals
        self.strict = self.strict or file is not None
        self.locals = Scope() if file else Scope(self.locals)
        try:
            self.run(parse(source, self.configuration.names, self._diagnostics))
        finally:
            self.source, self.heredocs, self.locals = outer
        if file:
            self.strict = False  # in Omnibus, the end of any file ends it

    def _name_of(self, node: Node, text: str) -> str:
        """What spans call *text*, which an eval takes in: after the file or the environment variable that it
        is the whole of, else after the eval itself."""
        variable = next((name for name, value in self.env.variables.items() if value == text), None)
        line = self.source.span(node).line
        return self.files_read.get(text) or variable or f"{self.source.file}:{line} (eval)"

    def named(self, node: Node, otherwise: str) -> str:
        """The text of *node* as messages may repeat it; *otherwise* where it may hold a secret or is long."""
        from glctl.masking import masked

        span, text = self.source.span(node), self.source.text_of(node)
        shown = masked(span.text, span.above)
        start, end = shown.between(span.column - 1, span.end_column - 1)
        return text if len(text) <= _MAX_NAMED and shown.text[start:end] == text else otherwise

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
            self.budget.spend_step()
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
        except NoTextError as exc:
            self.refuse(RefusedError(node, codes.UNSUPPORTED, str(exc), "Write the text itself."))
            return UNKNOWN
        finally:
            self._depth -= 1

    def data(self, node: Node) -> Any:
        """As :meth:`value`, for what is kept: a setting, a variable, an element, an argument."""
        value = self.value(node)
        if isinstance(value, _NO_DATA):
            self.refuse(unsupported.no_data(node, value))
            return UNKNOWN
        return value

    def parts(self, node: Node) -> list[Node]:
        """The children of *node* that mean something."""
        return [child for child in node.children if child.type not in _EXTRAS]

    def field(self, node: Node, name: str) -> Node:
        """The child of *node* under a name that every node of its kind has."""
        child = node.child_by_field_name(name)
        if child is None:
            raise unsupported.construct(node)
        return child

    def declare(self, node: Node) -> None:
        """Make nil of the variables that *node* may set: Ruby knows them even where that is skipped.

        It also refuses what is wrong there.
        """
        self.check(node)
        for name in self._assigned_in(node):
            self.locals.declare(name)

    def forget(self, node: Node) -> None:
        """Variables that *node* may have set are unknown from here on."""
        for name in self._assigned_in(node):
            self.locals[name] = UNKNOWN

    def check(self, node: Node) -> None:
        """Refuse what Ruby refuses in *node* whether it is run or not."""
        if (self.source, node.id) not in self._checked:
            self._checked.add((self.source, node.id))
            for refused in strict.refusals(self, node):
                self.refuse(refused)

    def _assigned_in(self, node: Node) -> Iterator[str]:
        """The local variables that are set anywhere in *node*. A loop may ask many times."""
        key = self.source, node.id
        if key not in self._assigned:
            self._assigned[key] = tuple(dict.fromkeys(_assigned_in(node, self.source)))
        for name in self._assigned[key]:
            self.budget.spend_step()
            yield name

    def refuse(self, refused: RefusedError) -> None:
        """Report a refused node. Variables that it would have set are unknown from here on."""
        self.refusals += 1
        span = self.source.span(refused.node)
        self._tell(Diagnostic(refused.code, "error", refused.message, refused.hint, span))
        self.forget(refused.node)
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
            self._tell(Diagnostic(code, "warning", message, hint, span))

    def _tell(self, diagnostic: Diagnostic) -> None:
        if diagnostic not in self._diagnostics:  # a block may be evaluated many times
            self._diagnostics.append(diagnostic)


def _assigned_in(node: Node, source: Source) -> Iterable[str]:
    """The local variables that are set anywhere in *node*."""
    nodes = [node]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if node.type in ("assignment", "operator_assignment", "for"):
            left = node.children[:2] if node.type == "for" else node.children[:1]
            while left:
                target = left.pop()
                if target.type in _LISTS_OF_TARGETS:
                    left += target.children
                elif target.type == "identifier":
                    yield source.text_of(target)
        elif node.type == "method" and (name := node.child_by_field_name("name")) is not None:
            yield source.text_of(name)
