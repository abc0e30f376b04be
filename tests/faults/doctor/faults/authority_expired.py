"""The authority of one's own has expired, which was made known."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import Authority
from stacks import HOST
from ways import edited, pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-expired"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    old = Authority("Old authority", begins=-10, days=5)
    known = stack.path / "etc/gitlab/trusted-certs/authority.crt"
    with edited(known, lambda _: old.certificate), pair_shown(stack, old.issue(HOST)):
        yield
