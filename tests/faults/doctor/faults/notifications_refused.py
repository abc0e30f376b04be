"""The endpoint of notifications refuses them with 401."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from servers import free_port, nginx, wait_until
from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "notification-failing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    port = free_port()
    endpoint = f"{{ 'name' => 'hook', 'url' => 'http://127.0.0.1:{port}/events' }}"
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx(Path(folder), f"listen 127.0.0.1:{port}; return 401;", port),
        configured(stack, f"registry['notifications'] = [{endpoint}]"),
    ):
        stack.doctor("--write")  # pushes, so that there is an event
        wait_until(lambda: b"401 Unauthorized unaccepted" in stack.log.read_bytes(), "the registry says so")
        yield
    stack.forget_logs()
