from __future__ import annotations

import random

import pytest

# Pieces that mean something to nginx, a shell, YAML or a terminal.
_PIECES = [
    *(
        "a",
        "b",
        "0",
        "-",
        "/",
        ":",
        "=",
        ",",
        "[",
        "]",
        "(",
        ")",
        "*",
        "&",
        "|",
        "<",
        ">",
        "!",
        "~",
        "%",
        "@",
        "`",
    ),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\xa0", "\u2028", "\ufeff"),
    *('"', "'", ";", "{", "}", "#", "$", "${", "$host", "\\", "\\n", "\\\\", "\\'", "é", "日本", "🙂"),
    *("- ", ": ", " #", "? ", "---", "...", "null", "yes", "0x1", "1e3", "<<", "true", "12:30", "2026-11-24"),
]


@pytest.fixture
def nasty_texts():
    """Gives so many different texts of such pieces, the same in every run."""

    def made(count: int, seed: int) -> list[str]:
        source = random.Random(seed)
        found: set[str] = set()
        while len(found) < count:
            found.add("".join(source.choices(_PIECES, k=source.randint(0, 12))))
        return sorted(found)

    return made
