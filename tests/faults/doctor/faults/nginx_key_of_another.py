"""nginx's key is another certificate's, and nginx has been restarted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import Authority
from stacks import HOST
from ways import edited, nginx_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-certificate-unusable"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    other = Authority("Another").issue(HOST).key
    with nginx_ends(stack, edited(stack.path / f"etc/gitlab/ssl/{HOST}.key", lambda _: other)):
        yield
