"""nginx's certificate is not there, and nginx has been restarted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import moved_away, nginx_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-certificate-unusable"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    certificate = stack.path / f"etc/gitlab/ssl/{HOST}.crt"
    with nginx_ends(stack, moved_away(certificate)):
        yield
