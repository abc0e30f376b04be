"""nginx sends an intermediate certificate that has issued another one than its own."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from certificates import Authority
from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-chain-incomplete"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    issuing, other = (Authority(f"{name} intermediate", stack.authority) for name in ("Example", "Old"))
    pair = issuing.issue(HOST)
    with pair_shown(stack, replace(pair, chain=pair.chain + other.certificate)):
        yield
