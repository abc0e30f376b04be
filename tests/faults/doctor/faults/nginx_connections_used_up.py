"""nginx has too few connections for one client."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-connections-exhausted"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    def change(text: str) -> str:
        return re.sub(r"worker_connections \d+", "worker_connections 3", text)

    with edited(stack.nginx_conf, change):
        stack.reload_nginx()
        yield
    stack.reload_nginx()
    stack.forget_logs()  # what they say counts for some time
