"""The exception by which the evaluation of one node ends; the evaluation of the others goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


class RefusedError(Exception):
    """*node* cannot be evaluated: a code, what was found, and what to write instead."""

    def __init__(self, node: Node, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.node = node
        self.code = code
        self.message = message
        self.hint = hint
