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
    white space or none; its group is what is wrong. *inside* says in which brackets it counts."""

    shape: str
    inside: tuple[str, ...]
    message: str
    hint: str

    def find(self, found: Sequence[Token], shape: str) -> Token | None:
        """The first token of *found* that is wrong in this way."""
        for match in re.finditer(self.shape.replace("~", "[_¶]*"), shape, re.MULTILINE):
            token = found[match.start(1)]
            if token.inside in self.inside:
                return token
        return None


OUTSIDE, IN_HASH, IN_BRACKETS = ("",), ("{",), ("(", "[", "{")
ANYWHERE = OUTSIDE + IN_BRACKETS

_SETTING = "Write: registry['key'] = value"
_PAIR = "Write: 'key' => value"
_TEXT = "Text needs quotes: '…'"

# The surest first.
MISTAKES = (
    Mistake(
        r"(m)",
        OUTSIDE,
        "this line is left over from a merge",
        "Keep one of the versions and remove this line.",
    ),
    Mistake(
        r"(?:^|(?<=¶))_?(\.)\.\.+_?(?=[\n¶])",
        ANYWHERE,
        "dots that stand for what was left out",
        "Remove this line, or write what belongs here.",
    ),
    Mistake(r"(c)", OUTSIDE, "Ruby does not know this kind of comment", "Begin comments with #"),
    Mistake(
        r"(T)",
        ANYWHERE,
        "a typographic quote or space, which is a letter to Ruby",
        "Write a straight quote ' or \" or an ordinary space.",
    ),
    Mistake(
        r"(\\)",
        ANYWHERE,
        "a backslash outside of text",
        "Remove it. A line goes on only if it is its last character.",
    ),
    Mistake(r"(P)", ANYWHERE, "#{ is never closed", "Write } behind the value."),
    Mistake(
        r"(S)[WNM]",
        ANYWHERE,
        "this string ends before its text does",
        "Write \\ before a quote inside of text, or use the other kind of quotes around it.",
    ),
    Mistake(r"O~(W)U", ANYWHERE, "the quote before this word is missing", _SETTING),
    Mistake(r"(U)", ANYWHERE, "this string is never closed", "Write the same quote behind the text."),
    Mistake(r"W(S)e", OUTSIDE, "the bracket before this key is missing", _SETTING),
    Mistake(
        r"(h)",
        ANYWHERE,
        "the end of this heredoc is missing",
        "Write its tag alone on a line, indented only after <<- or <<~, with no space behind it.",
    ),
    Mistake(r"(x)", ANYWHERE, "this closes a bracket of another kind", "Close the inner bracket first."),
    Mistake(r"(e)", ANYWHERE, "this bracket was never opened", "Remove it, or open it."),
    Mistake(
        r"(O)", ANYWHERE, "this bracket is never closed", "Write the closing one behind the last element."
    ),
    Mistake(r"^~(L)", OUTSIDE, "a colon, as in YAML, where Ruby has none", _SETTING),
    Mistake(r"\]~(:|o)", OUTSIDE, "= belongs here", _SETTING),
    Mistake(r"(R)", ANYWHERE, "a URL without quotes", _TEXT),
    Mistake(r"(M)", ANYWHERE, "this is not a number", _TEXT),
    Mistake(r"[SBWN]~([=:o])", IN_HASH, "=> belongs here", _PAIR),
    Mistake(r"\{~[SBWN]~(,)", IN_HASH, "the key before this comma has no value", _PAIR),
    Mistake(r"[{,]~(W)_[SNKW\[{]", IN_HASH, "the colon behind this key is missing", "Write: key: value"),
    Mistake(r"[{,]~(:)", IN_HASH, "the key before this colon is missing", "Write: key: value"),
    Mistake(r"(>)~[,}]", IN_HASH, "the value behind => is missing", _PAIR),
    Mistake(r"[,(\[{]~(,)", IN_BRACKETS, "there is nothing before this comma", "Remove it."),
    Mistake(
        r"([NKB)\]}](?=[_¶]+[SNKBLWH\[{])|S(?=_?¶[_¶]*[SNKBL\[{]|_[NKBL\[{]|_S~>)|W(?=_?¶[_¶]*[SL]))",
        IN_BRACKETS,
        "a comma is missing behind this",
        "Write a comma between two elements.",
    ),
    Mistake(r"\](_)[SKNBHW\[{]", OUTSIDE, "= is missing here", _SETTING),
    Mistake(r"^~W(_)\[S\]~=", OUTSIDE, "no space belongs before this bracket", _SETTING),
    Mistake(r"^~(\[)S\]~=", OUTSIDE, "the name before this bracket is missing", _SETTING),
    Mistake(r"^~(=)", OUTSIDE, "the name before this = is missing", _SETTING),
    Mistake(r"=~(=)", OUTSIDE, "one = too many", _SETTING),
    Mistake(
        r"(?:[KB\])}]~|[SN]_)(W)", OUTSIDE, "a second setting on this line", "Begin it on a line of its own."
    ),
    Mistake(
        r"[SNKB]_([NKB])", OUTSIDE, "a comma is missing before this", "Write a comma between two values."
    ),
    Mistake(
        r"(?:^~(?=I)|(?=F))(.)[^E]*\Z",
        OUTSIDE,
        "this block has no end",
        "Write end on a line of its own behind its last setting.",
    ),
    Mistake(r"([=o])~\s*\Z", OUTSIDE, "the value behind this is missing", _SETTING),
    Mistake(r"(,)~\s*\Z", OUTSIDE, "there is nothing behind this comma", "Remove it."),
    Mistake(r"\A[^IDF]*(E)", OUTSIDE, "this end ends nothing", "Remove it."),
    Mistake(r"^~([$%>])_W", OUTSIDE, "this looks like a command for a shell", "Remove it."),
)


def likeliest(lines: Sequence[str], start: int, end: int) -> tuple[Mistake, Token] | None:
    """The likeliest mistake in the rows from *start* to before *end*, and the token that is wrong."""
    found = tokens(lines, start, end)
    shape = "".join(token.letter for token in found)
    for mistake in MISTAKES:
        if (token := mistake.find(found, shape)) is not None:
            return mistake, token
    return None
