"""The endpoint of notifications does not answer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import free_port
from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "notification-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    url = f"http://127.0.0.1:{free_port()}/events"
    lines = f"registry['notifications'] = [{{ 'name' => 'hook', 'url' => '{url}' }}]"
    with configured(stack, lines):
        yield
