"""The intermediate certificate has expired, which nginx sends."""

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

CAUSE = "certificate-expired"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    issuing = Authority("Example intermediate", stack.authority, begins=-10, days=5)
    pair = issuing.issue(HOST)
    with pair_shown(stack, replace(pair, chain=pair.chain + issuing.certificate)):
        yield
