"""nginx.conf holds a directive that there is not, and nginx has been restarted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, nginx_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_ends(stack, edited(stack.nginx_conf, lambda text: "no_such_directive on;\n" + text)):
        yield
