"""The registry is given a database that Redis does not have."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import redis_server
from ways import configured, redis_cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "redis-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with redis_server() as port, configured(stack, redis_cache(port, database=99)):
        yield
