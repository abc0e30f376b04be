"""A key with a password, which nginx is told."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from certificates import encrypted
from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pair = encrypted(stack.authority.issue(HOST), "correct horse")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "passwords").write_text("wrong\ncorrect horse\n")
        told = ("ssl_ciphers ", f"ssl_password_file {folder}/passwords; ssl_ciphers ")
        with pair_shown(stack, pair, told):
            yield
