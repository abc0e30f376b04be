"""Mutants: gitlab.rb files with a few things wrong, each made from a seed and its number alone."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROJECT = Path(__file__).parents[2]
_EXAMPLE = PROJECT / "examples" / "gitlab.rb.example"
_TOKEN = re.compile(r"<<[-~]?|=>|\|\||&&|[=!<>+*-]=|=~|#\{|\w+|\s+|.", re.DOTALL)
_WINDOW = 16  # lines of a longer original that one mutant is made from
_WHOLE = 0.01  # the part of the mutants that are made from the whole of a long original
_MOST = 3  # mutations in one mutant


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutated file, and the name of what was done to it."""

    kind: str
    content: bytes


def originals() -> list[str]:
    """The files that mutants are made from: those of the cases, the example, and every construct of Ruby."""
    cases = sorted(PROJECT.glob("tests/cases/*/*.rb"))
    files = [path.read_text() for path in [*cases, Path(__file__).with_name("constructs.rb")]]
    example = _EXAMPLE.read_text()
    long = [files[-1], example, re.sub(r"^# (?=[a-z])", "", example, flags=re.MULTILINE)]
    return files + long * (len(cases) // len(long))  # as often as a case


def mutant(seed: int, number: int, files: Sequence[str]) -> Mutant:
    """The mutant with this number."""
    rng = random.Random(f"{seed} {number}")
    text = _part(rng.choice(files), rng)
    kind = rng.choice(list(KINDS))
    content = text.encode()
    for _ in range(rng.randint(1, _MOST)):
        content = KINDS[kind](content, rng)
    return Mutant(kind, content)


def _part(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) <= _WINDOW or rng.random() < _WHOLE:
        return text
    start = rng.randrange(len(lines) - _WINDOW)
    return "".join(lines[start : start + _WINDOW])


def _on_tokens(change: Callable[[list[str], int, random.Random], None]) -> Callable[..., bytes]:
    """A mutation that changes the tokens at a place that is not white space."""

    def mutate(content: bytes, rng: random.Random) -> bytes:
        tokens = _TOKEN.findall(content.decode())
        places = [at for at, token in enumerate(tokens) if not token.isspace()]
        if places:
            change(tokens, rng.choice(places), rng)
        return "".join(tokens).encode()

    return mutate


def _delete(tokens: list[str], at: int, _rng: random.Random) -> None:
    del tokens[at]


def _duplicate(tokens: list[str], at: int, _rng: random.Random) -> None:
    tokens.insert(at, tokens[at])


def _swap(tokens: list[str], at: int, _rng: random.Random) -> None:
    """With the neighbour, over white space."""
    other = next((n for n in range(at + 1, len(tokens)) if not tokens[n].isspace()), at)
    tokens[at], tokens[other] = tokens[other], tokens[at]


def _copy(tokens: list[str], at: int, rng: random.Random) -> None:
    """From elsewhere in the file, in place of what is here."""
    tokens[at] = rng.choice(tokens)


def _bytes(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    # Half of them printable: others are seldom UTF-8, and refused at once.
    new = bytes(rng.choice((rng.randrange(256), rng.randrange(32, 127))) for _ in range(rng.randint(1, 3)))
    return content[:at] + new + content[at + rng.randrange(len(new) + 1) :]


def _truncate(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


KINDS: dict[str, Callable[..., bytes]] = {
    "token deleted": _on_tokens(_delete),
    "token doubled": _on_tokens(_duplicate),
    "neighbours swapped": _on_tokens(_swap),
    "token replaced": _on_tokens(_copy),
    "random bytes": _bytes,
    "truncated": _truncate,
}
