"""The endpoint of notifications takes connections and never answers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured, listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "notification-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with listener() as port:
        endpoint = f"{{ 'name' => 'hook', 'url' => 'http://127.0.0.1:{port}/events' }}"
        with configured(stack, f"registry['notifications'] = [{endpoint}]"):
            yield
