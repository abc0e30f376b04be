"""The intermediate certificate was appended to the file, and nginx not told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import Authority
from stacks import HOST
from ways import edited, pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-not-reloaded"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    middle = Authority("Example Issuing CA", above=stack.authority)
    pair = middle.issue(HOST)
    file = stack.path / f"etc/gitlab/ssl/{HOST}.crt"
    with pair_shown(stack, pair), edited(file, lambda text: text + middle.certificate):
        yield
