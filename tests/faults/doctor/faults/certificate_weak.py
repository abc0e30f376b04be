"""The key has 1024 bits, which nginx was made to take."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import issued, pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-weak"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    weak = ("ssl_ciphers ", "ssl_ciphers DEFAULT:@SECLEVEL=0; #")
    with pair_shown(stack, issued(bits=1024), weak):
        yield
