"""The registry may open few files, and idle clients have used them up."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from servers import wait_until
from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "too-many-open-files"
_LIMIT = 16


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    limited = replaced(("exec 2>&1", f"exec 2>&1\nulimit -n {_LIMIT}"))
    with edited(stack.run_script("registry"), limited), contextlib.ExitStack() as clients:
        stack.restart()
        for _ in range(_LIMIT):
            clients.enter_context(socket.create_connection(("127.0.0.1", stack.ports["registry"])))
        wait_until(lambda: b"too many open files" in stack.log.read_bytes(), "the registry says so")
        yield
    stack.restart()
    stack.forget_logs()  # what they say counts for some time
