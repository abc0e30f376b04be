"""A brace is missing in the virtual host."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.vhost, lambda text: text.replace("}", "", 1)):
        yield
