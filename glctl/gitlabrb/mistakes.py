"""What is likely wrong with a statement that Ruby cannot read: typical mistakes, as patterns of its shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.gitlabrb.shape import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Mistake:
    """A typical mistake. *shape* is a regular expression over the letters of ``shape.py``, in which ``~`` is
    white space or none; its group is what is wrong. *inside* are the brackets in which it counts: ``""`` for
    outside of all, None for anywhere."""

    shape: str
    inside: str | None
    message: str
    hint: str

    def find(self, found: Sequence[Token], shape: str) -> Token | None:
        """The first token of *found* that is wrong in this way."""
        for match in re.finditer(self.shape.replace("~", "[_¶]*"), shape, re.MULTILINE):
            token = found[match.start(1)]
            if (
                self.inside is None
                or token.inside == self.inside
                or (token.inside and token.inside in self.inside)
            ):
                return token
        return None


_SETTING = "Write: registry['key'] = value"
_PAIR = "Write: 'key' => value"
_TEXT = "Text needs quotes: '…'"

# The surest first.
MISTAKES = (
    Mistake(
        r"(m)", "", "this line is left over from a merge", "Keep one of the versions and remove this line."
    ),
    Mistake(r"(c)", "", "Ruby does not know this kind of comment", "Begin comments with #"),
    Mistake(
        r"(T)",
        None,
        "a typographic quote or space, which is a letter to Ruby",
        "Write a straight quote ' or \" or an ordinary space.",
    ),
    Mistake(
        r"(\\)",
        None,
        "a backslash outside of text",
        "Remove it. A line goes on only if it is its last character.",
    ),
    Mistake(r"(P)", None, "#{ is never closed", "Write } behind the value."),
    Mistake(
        r"(S)[WNM]",
        None,
        "this string ends before its text does",
        "Write \\ before a quote inside of text, or use the other kind of quotes around it.",
    ),
    Mistake(r"O~(W)U", None, "the quote before this word is missing", _SETTING),
    Mistake(r"(U)", None, "this string is never closed", "Write the same quote behind the text."),
    Mistake(r"W(S)e", "", "the bracket before this key is missing", _SETTING),
    Mistake(
        r"(h)",
        None,
        "the end of this heredoc is missing",
        "Write its tag alone on a line, indented only after <<- or <<~, with no space behind it.",
    ),
    Mistake(r"(x)", None, "this closes a bracket of another kind", "Close the inner bracket first."),
    Mistake(r"(e)", None, "this bracket was never opened", "Remove it, or open it."),
    Mistake(r"(O)", None, "this bracket is never closed", "Write the closing one behind the last element."),
    Mistake(r"^~(L)", "", "a colon, as in YAML, where Ruby has none", _SETTING),
    Mistake(r"\]~(:|o)", "", "= belongs here", _SETTING),
    Mistake(r"(R)", None, "a URL without quotes", _TEXT),
    Mistake(r"(M)", None, "this is not a number", _TEXT),
    Mistake(r"[SBWN]~([=:o])", "{", "=> belongs here", _PAIR),
    Mistake(r"\{~[SBWN]~(,)", "{", "the key before this comma has no value", _PAIR),
    Mistake(r"(>)~[,}]", "{", "the value behind => is missing", _PAIR),
    Mistake(r"[,(\[{]~(,)", "([{", "there is nothing before this comma", "Remove it."),
    Mistake(
        r"([NKB)\]}](?=[_¶]+[SNKBLWH\[{])|S(?=_?¶[_¶]*[SNKBL\[{]|_[NKBL\[{]|_S~>)|W(?=_?¶[_¶]*[SL]))",
        "([{",
        "a comma is missing behind this",
        "Write a comma between two elements.",
    ),
    Mistake(r"\](_)[SKNBHW\[{]", "", "= is missing here", _SETTING),
    Mistake(r"^~W(_)\[S\]~=", "", "no space belongs before this bracket", _SETTING),
    Mistake(r"=~(=)", "", "one = too many", _SETTING),
    Mistake(r"[SNKB\])}]_(W)", "", "a second setting on this line", "Begin it on a line of its own."),
    Mistake(r"[SNKB]_([NKB])", "", "a comma is missing before this", "Write a comma between two values."),
    Mistake(r"([=o])~\s*\Z", "", "the value behind this is missing", _SETTING),
    Mistake(r"(,)~\s*\Z", "", "there is nothing behind this comma", "Remove it."),
    Mistake(
        r"^~(I)[^E]*\Z",
        "",
        "this block has no end",
        "Write end on a line of its own behind its last setting.",
    ),
    Mistake(r"\A[^ID]*(E)", "", "this end ends nothing", "Remove it."),
    Mistake(r"^~([$%>])_W", "", "this looks like a command for a shell", "Remove it."),
)


def likeliest(lines: Sequence[str], start: int, end: int) -> tuple[Mistake, Token] | None:
    """The likeliest mistake in the rows from *start* to before *end*, and the token that is wrong."""
    found = tokens(lines, start, end)
    shape = "".join(token.letter for token in found)
    for mistake in MISTAKES:
        if (token := mistake.find(found, shape)) is not None:
            return mistake, token
    return None
