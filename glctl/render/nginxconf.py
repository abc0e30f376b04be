"""nginx's configuration language, read back: what was rendered, and what runs on an Omnibus host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# As ngx_conf_read_token (nginx 1.22) reads: a word begins with anything but a quote and goes on to a blank,
# ';' or '{' (but '${' of a variable stays in it); only at a beginning are '}', '#' and quotes special; and
# behind a closing quote only a blank, ';', '{' or ')' may follow.
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+|\#[^\n]*)|(?P<punct>[;{}])
       |(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)')(?=[ \t\r\n;{)]|$)
       |(?P<word>(?:\\.|\$\{|[^"'\\])(?:\\.|\$\{|[^ \t\r\n;{\\])*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n", '"': '"', "'": "'", "\\": "\\"}
_DEEPEST = 100  # blocks in blocks; real files have 4


class NginxSyntaxError(ValueError):
    """The text is no nginx configuration; the message names the line."""


@dataclass(frozen=True, slots=True)
class Directive:
    """``name args… ;`` or ``name args… { block }``; *block* is None where there is none."""

    name: str
    args: tuple[str, ...] = ()
    block: tuple[Directive, ...] | None = None
    line: int = field(default=0, compare=False)

    def find(self, name: str) -> Iterator[Directive]:
        """Directives of this name in the block, not deeper."""
        return (directive for directive in self.block or () if directive.name == name)


def parse(text: str) -> tuple[Directive, ...]:
    """All directives of *text*. Raises NginxSyntaxError."""
    tokens = list(_tokens(text))
    directives, end = _block(tokens, 0, 0)
    if end < len(tokens):
        raise NginxSyntaxError(f"line {tokens[end][1]}: unexpected '}}'")
    return directives


def words(text: str) -> list[str] | None:
    """The arguments that *text* is behind the name of a directive.

    None where it would be more than arguments, or where it has a backslash: few who write one in gitlab.rb
    mean it for nginx.
    """
    try:
        directives = parse(f"words {text};")
    except NginxSyntaxError:
        return None
    alone = len(directives) == 1 and directives[0].block is None and "\\" not in text
    return list(directives[0].args) if alone else None


_Token = tuple[str, int, bool]  # text, line, whether it is punctuation


def _tokens(text: str) -> Iterator[_Token]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NginxSyntaxError(f"line {line}: a quote is not closed, or more follows behind it")
        kind, found = match.lastgroup, match[0]
        if kind == "punct":
            yield found, line, True
        elif kind in ("double", "single", "word"):
            yield _unescape(match[kind]), line, False
        line += found.count("\n")
        position = match.end()


def _unescape(text: str) -> str:
    """As nginx does: quotes, backslash, t, r and n lose their backslash, others keep it."""
    return _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[0]), text)


def _block(tokens: list[_Token], at: int, depth: int) -> tuple[tuple[Directive, ...], int]:
    """The directives from *at* on, and where their block ends: at a '}' or behind the last token."""
    directives: list[Directive] = []
    words: list[str] = []
    start = 0
    if depth > _DEEPEST:
        raise NginxSyntaxError(f"line {tokens[at - 1][1]}: more than {_DEEPEST} blocks lie in each other")
    while at < len(tokens):
        text, line, punct = tokens[at]
        if not punct:
            start = start if words else line
            words.append(text)
        elif text == "}":
            if words:
                raise NginxSyntaxError(f"line {line}: ';' is missing before '}}'")
            return tuple(directives), at
        elif not words:
            raise NginxSyntaxError(f"line {line}: unexpected '{text}'")
        elif text == ";":
            directives.append(Directive(words[0], tuple(words[1:]), None, start))
            words = []
        else:
            inner, at = _block(tokens, at + 1, depth + 1)
            if at >= len(tokens):
                raise NginxSyntaxError(f"line {line}: '{{' is not closed")
            directives.append(Directive(words[0], tuple(words[1:]), inner, start))
            words = []
        at += 1
    if words:
        raise NginxSyntaxError(f"line {start}: ';' is missing at the end")
    return tuple(directives), at
