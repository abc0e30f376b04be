"""The shape of a text that Ruby cannot read: its tokens, cut roughly as Ruby would, a letter for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.gitlabrb.references import TYPOGRAPHIC
from glctl.patterns import Pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

# What each letter stands for; the first that fits is taken. No token goes beyond its line.
_TOKENS = {
    "c": r"^\s*(?://|/\*|--).*",  # a comment of another language
    "m": r"^(?:<{7}|={7}|>{7}).*",  # left behind by a merge
    "_": r"(?:[ \t\f\v\r]|\\$|\#.*)+",  # white space and comments
    "H": r"<<[-~]?(?P<quote>[\"']?)(?P<tag>[^\W\d]\w*)(?P=quote)",  # a heredoc; "h" if it has no end
    "P": r"\"(?:\\.|[^\"\\])*\#\{[^}\"]*\"",  # a string with #{ and no }
    "S": r"'(?:\\.|[^'\\])*'|\"(?:\\.|\#\{[^}]*\}|[^\"\\])*\"",
    "U": r"['\"].*",  # a string that does not end on its line
    "T": f"[{TYPOGRAPHIC}]",
    "R": r"[A-Za-z]+://[^\s,]*",  # a URL without quotes
    "L": r"[A-Za-z_]\w*[?!]?:(?!:)",  # a label, as in { key: 1 }
    "B": r":[A-Za-z_]\w*(?:[?!]|=(?!>))?",  # a symbol
    "K": r"(?:true|false|nil)\b",
    "I": r"(?:if|unless|case|while|until|for|begin)\b",
    "F": r"do\b",
    "E": r"end\b",
    "D": r"(?:then|and|or|not|else|elsif|when)\b",
    "N": r"(?:0[xXbBoO][\da-fA-F_]+|\d+(?:_\d+)*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])",
    "M": r"\d[\w.]*",  # it begins as a number does, and is none
    "W": r"\w+[?!]?",
    ">": r"=>",
    "o": r"->|:=|[=!<>]=|=~|\|\||&&|\*\*|::|[-+*/<>|&?%^!]",  # operators
    "": r".",  # every other sign stands for itself
}
_TOKEN = Pattern("|".join(f"(?P<t{i}>{pattern})" for i, pattern in enumerate(_TOKENS.values())))
_LETTERS = tuple(_TOKENS)
_OPENING = {"(": ")", "[": "]", "{": "}"}

LINE_END = "\n"  # outside of brackets
INNER_LINE_END = "¶"


@dataclass(slots=True)
class Token:
    """A token: rows and columns count from 0. *inside* is the bracket that it stands in, ``""`` if none.

    Brackets without a partner have letters of their own: ``O`` is never closed, ``x`` closes a bracket of
    another kind, ``e`` closes none.
    """

    letter: str
    row: int
    start: int
    end: int
    inside: str = ""


def tokens(lines: Sequence[str], start: int, end: int) -> list[Token]:
    """The tokens of the rows from *start* to before *end*, without the text of heredocs."""
    found: list[Token] = []
    brackets: list[Token] = []
    for token in _tokens(lines, start, end):
        if token.letter in (")", "]", "}"):
            _close(token, brackets)
        token.inside = brackets[-1].letter if brackets else ""
        if token.letter in _OPENING:
            brackets.append(token)
        elif token.letter == LINE_END and brackets:
            token.letter = INNER_LINE_END
        found.append(token)
    for bracket in brackets:
        bracket.letter = "O"
    return found


def _close(token: Token, brackets: list[Token]) -> None:
    if not brackets:
        token.letter = "e"
    elif _OPENING[brackets[-1].letter] == token.letter:
        brackets.pop()
    else:
        token.letter = "x"


def _tokens(lines: Sequence[str], start: int, end: int) -> Iterator[Token]:
    row = start
    while row < end:
        next_row: int | None = row + 1
        for match in _TOKEN.finditer(lines[row]):
            letter = _LETTERS[int((match.lastgroup or "t0")[1:])] or match[0]
            if letter == "H" and next_row is not None:
                next_row = _behind_heredoc(lines, match, next_row)
                letter = "H" if next_row is not None else "h"
            yield Token(letter, row, *match.span())
        if next_row is None:
            return  # all that follows is the text of the heredoc
        yield Token(LINE_END, row, len(lines[row]), len(lines[row]) + 1)
        row = next_row


def _behind_heredoc(lines: Sequence[str], beginning: re.Match[str], row: int) -> int | None:
    """The row after the end of a heredoc whose text begins at *row*; None if it has no end."""
    indented = beginning[0][2] in "-~"
    for at in range(row, len(lines)):
        if (lines[at].lstrip() if indented else lines[at]) == beginning["tag"]:
            return at + 1
    return None
