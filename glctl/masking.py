"""A line of a gitlab.rb with its credentials masked, and the way from its columns to those that are shown.

Only values are masked: ``ENV.fetch('NAME')`` behind a secret's name is shown, since it holds none. What is
not understood there is masked to its end, since a broken line may hold a secret in any form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.patterns import Pattern
from glctl.secret import MASK, credentials_in, is_secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Range = tuple[int, int]

_QUOTES = "\"'‘’“”"
# The name of a secret up to its value: ``['key'] =``, ``'key' =>``, ``key:``, ``key 'value'``, mistyped ones.
_NAMED = Pattern(
    rf"(?P<key>[A-Za-z_][\w.-]*)"
    rf"(?:\W{{0,8}}?\w{{0,2}} ?(?:=>|\|\|=|\+=|<<(?![~-])|==?|[:,(>])"
    rf"|\W{{0,8}}?(?:(?<= )(?=[{_QUOTES}%~<]|ENV|File)|(?<=[{_QUOTES}])(?=\w))) *"
)
_TEXT = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_LITERAL = Pattern(rf"{_TEXT}(?!\w)", re.DOTALL)
_OPENING = Pattern(r"[(\[{]")
# Ruby that fetches a value, with the name of what it fetches; and that which makes one, or stands for none.
_FETCHING = Pattern(
    rf"(?:ENV(?:\.fetch)?|(?:File|IO)\.read|(?:YAML|JSON)\.load_file)[(\[] ?{_TEXT}(?= ?[)\],])"
)
_MAKING = Pattern(r"(?:SecureRandom\.(?:hex|uuid|base64|alphanumeric)(?:\(\d{0,3}\))?|nil|<<[~-]?\w+)(?!\w)")
_CHAINED = Pattern(r"\.(?:strip|chomp|to_s|freeze|dup|downcase|upcase)(?:\(\))?(?!\w)")
_JOINING = Pattern(r"\|\||\+|\\$")
# Where a value has ended: the line, a comment, a statement's modifier, the next key, the brackets around it.
_KEY = rf"(?:(?:{_TEXT}|:?\w+) *=>|\w+: )"
_OVER = rf"$|; *(?:$|\w+\[['\"]\w)|(?<= )#(?: |$)|(?:if|unless|and|or|do)\b|{_KEY}|, *(?:$|# |{_KEY}|[{{\[])"
_END = Pattern(rf"(?:[)\]}}] *)*(?:{_OVER})")
_BEHIND_ELEMENT = Pattern(r" *(?:$|[,)\]}.+:]|=>)")
_NEXT_KEY = Pattern(r""" *, *(?:(?:'\w+'|"\w+"|:?\w+) *=>|\w+: |"\w+": )""")
_WHOLE_TEXTS = Pattern(rf"(?:(?<= )# .*|[^'\"]|{_TEXT})*+")
_STATEMENT = Pattern(r"""\s*\w+\[["']\w+["']\]""")
_HEREDOC = Pattern(r"<<[-~]?[\"']?(?P<tag>[A-Za-z_]\w*)")
_GOES_ON = ("=>", "=", ":", "\\", "+", "||", ",(", "(")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it may be printed, and where each of its characters begins and ends there, counted from 0."""

    text: str
    _starts: tuple[int, ...]
    _ends: tuple[int, ...]

    def between(self, start: int, end: int) -> Range:
        """The columns under which what stands from *start* to before *end* is shown: a mask as a whole."""
        size = len(self._starts)
        if start >= size:
            return len(self.text) + start - size, len(self.text) + start - size + 1
        return self._starts[start], max(
            self._ends[min(max(end, start + 1), size) - 1], self._starts[start] + 1
        )


def masked(line: str, above: Sequence[str] = ()) -> Shown:
    """*line* as it may be printed. *above*: the lines before it, in which a secret's value may have begun."""
    line = line.replace("\t", " ")
    text = ""
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end in [*_masked_ranges(line, above), (len(line), len(line))]:
        for character in line[at:start]:
            starts.append(len(text))
            text += harmless(character)
            ends.append(len(text))
        starts += [len(text)] * (end - start)
        text += MASK if end > start else ""
        ends += [len(text)] * (end - start)
        at = end
    return Shown(text, tuple(starts), tuple(ends))


def _masked_ranges(line: str, above: Sequence[str]) -> list[Range]:
    """What is masked of *line*: ranges in order that do not touch."""
    whole = len(line) - len(line.lstrip()), len(line.rstrip())
    found = [whole] if _begins_in_a_secret(line, above) else [*_values(line), *credentials_in(line)]
    merged: list[Range] = []
    for start, end in sorted(each for each in found if each[0] < each[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _values(line: str) -> Iterator[Range]:
    """What is masked behind the names of secrets."""
    at = 0
    for name in _NAMED.finditer(line):
        if name.start() >= at and is_secret_name(name["key"]):
            understood = _literals(line, name.end()) if _WHOLE_TEXTS.fullmatch(line[name.end() :]) else None
            if understood is None:
                at = _unknown_end(line, name.end())
                yield name.end(), at
            else:
                yield from understood
                at = max([name.end(), *(end for _, end in understood)])


def _literals(line: str, at: int) -> list[Range] | None:
    """The literals of the value that begins at *at*; None where it is not understood as a whole."""
    found: list[Range] = []
    depth = 0
    wanted = True  # an operand, and not what joins two
    while True:
        at += len(line) - at - len(line[at:].lstrip(" "))
        if wanted and (code := _FETCHING.match(line, at)):
            depth, at, wanted = depth + 1, code.end(), False
        elif wanted and (code := _MAKING.match(line, at)):
            at, wanted = code.end(), False
        elif wanted and line.startswith("(", at):
            depth, at = depth + 1, at + 1
        elif not wanted and depth and line.startswith((")", "]"), at):
            depth, at = depth - 1, at + 1
        elif not wanted and depth and line.startswith(",", at):
            at, wanted = at + 1, True
        elif not wanted and (code := _CHAINED.match(line, at)):
            at = code.end()
        elif not wanted and (code := _JOINING.match(line, at)):
            at, wanted = code.end(), True
        elif at == len(line) or (not wanted and not depth and _END.match(line, at)):
            return found
        elif literal := _LITERAL.match(line, at):
            found.append(literal.span())
            at, wanted = literal.end(), False
        else:
            return None


def _unknown_end(line: str, start: int) -> int:
    """Where what is not understood ends: before the next key, or before the brackets that close around it."""
    if not _WHOLE_TEXTS.fullmatch(line[start:]):
        return len(line.rstrip())
    if _OPENING.match(line, start):
        return _closed(line, start)
    key = _NEXT_KEY.search(line, start)
    end = key.start() if key and not set("\"'") & set(line[start : key.start()]) else len(line.rstrip())
    while end > start and line[end - 1] in ")]} " and not _balanced(line[start:end]):
        end -= 1
    return end


def _closed(line: str, start: int) -> int:
    """Behind the bracket that closes the one at *start*; the line's end where none does, or more follows."""
    depth, at = 0, start
    while at < len(line):
        if literal := _LITERAL.match(line, at):
            at = literal.end()
            if not _BEHIND_ELEMENT.match(line, at):
                break
        elif line[at] in "\"'":
            break
        else:
            depth += (line[at] in "([{") - (line[at] in ")]}")
            at += 1
            if not depth and _END.match(line[at:].lstrip(" ")):
                return at
    return len(line.rstrip())


def _balanced(text: str) -> bool:
    return not any(text.count(opening) < text.count(closing) for opening, closing in ("()", "[]", "{}"))


def _begins_in_a_secret(line: str, above: Sequence[str]) -> bool:
    """Whether the value of a secret that began above goes on in *line*."""
    tag, value = "", None
    for each in above:
        if tag:
            tag = "" if each.strip() == tag else tag
            continue
        if value is None or _STATEMENT.match(each):
            value = _last_value(each)
        else:
            value += f"\n{each}"
        if value is not None and (heredoc := _HEREDOC.search(value)):
            tag, value = heredoc["tag"], None
        elif value is not None and not _goes_on(value):
            value = None
    return line.strip() != tag if tag else value is not None and not _STATEMENT.match(line)


def _last_value(line: str) -> str | None:
    """What stands behind the last name of a secret in *line*; None where there is none."""
    ends = [name.end() for name in _NAMED.finditer(line) if is_secret_name(name["key"])]
    return line[ends[-1] :] if ends else None


def _goes_on(value: str) -> bool:
    """Whether *value* goes on below: in a string, in a bracket, behind an operator."""
    rest = "".join(each.partition("#")[0] for each in _LITERAL.sub("x", value).split("\n")).rstrip()
    is_open = sum(rest.count(c) for c in "([{") > sum(rest.count(c) for c in ")]}")
    return not rest or is_open or "'" in rest or '"' in rest or rest.endswith(_GOES_ON)
