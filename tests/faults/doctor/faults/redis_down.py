"""Redis, the cache of the registry, does not answer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import free_port
from ways import configured, redis_cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "redis-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, redis_cache(free_port())):
        yield
