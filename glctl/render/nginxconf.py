"""nginx's configuration language, read back: what was rendered, and what runs on an Omnibus host."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A token as ngx_conf_read_token takes it: quoted, or up to a blank, ';', '{' or '}' (but '${' of a variable).
_TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)|(?P<punct>[;{}])
       |"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'
       |(?P<word>(?:\\.|\$\{|[^\s;{}"'\\])(?:\\.|\$\{[^}\s]*\}|[^\s;{}\\])*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n"}


class NginxSyntaxError(ValueError):
    """The text is no nginx configuration; the message names the line."""


@dataclass(frozen=True, slots=True)
class Directive:
    """``name args… ;`` or ``name args… { block }``; *block* is None where there is none."""

    name: str
    args: tuple[str, ...] = ()
    block: tuple[Directive, ...] | None = None
    line: int = 0

    def find(self, name: str) -> Iterator[Directive]:
        """Directives of this name in the block, not deeper."""
        return (directive for directive in self.block or () if directive.name == name)


def parse(text: str) -> tuple[Directive, ...]:
    """All directives of *text*. Raises NginxSyntaxError."""
    tokens = list(_tokens(text))
    directives, end = _block(tokens, 0)
    if end < len(tokens):
        raise NginxSyntaxError(f"line {tokens[end][1]}: unexpected '}}'")
    return directives


_Token = tuple[str, int, bool]  # text, line, whether it is punctuation


def _tokens(text: str) -> Iterator[_Token]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NginxSyntaxError(f"line {line}: a quote is not closed, or stands where none may")
        kind, found = match.lastgroup, match[0]
        if kind == "punct":
            yield found, line, True
        elif kind in ("double", "single", "word"):
            yield _unescape(match[kind]), line, False
        line += found.count("\n")
        position = match.end()


def _unescape(text: str) -> str:
    """As nginx does: quotes, backslash, t, r and n lose their backslash, others keep it."""
    return _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1] if m[1] in "\"'\\ " else m[0]), text)


def _block(tokens: list[_Token], at: int) -> tuple[tuple[Directive, ...], int]:
    """The directives from *at* on, and where their block ends: at a '}' or behind the last token."""
    directives: list[Directive] = []
    words: list[str] = []
    start = 0
    while at < len(tokens):
        text, line, punct = tokens[at]
        if not punct:
            start = start if words else line
            words.append(text)
        elif text == "}":
            if words:
                raise NginxSyntaxError(f"line {line}: ';' is missing before '}}'")
            return tuple(directives), at
        elif not words and text == ";":
            raise NginxSyntaxError(f"line {line}: unexpected ';'")
        elif text == ";":
            directives.append(Directive(words[0], tuple(words[1:]), None, start))
            words = []
        else:
            inner, at = _block(tokens, at + 1)
            if at >= len(tokens):
                raise NginxSyntaxError(f"line {line}: '{{' is not closed")
            name, *args = words or [""]
            directives.append(Directive(name, tuple(args), inner, start or line))
            words = []
        at += 1
    if words:
        raise NginxSyntaxError(f"line {start}: ';' is missing at the end")
    return tuple(directives), at
