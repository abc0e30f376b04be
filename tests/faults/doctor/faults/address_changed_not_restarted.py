"""The registry's address is changed in config.yml, and the registry is not restarted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import free_port
from ways import edited, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "port-not-listening"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.config, setting("http", "addr", value=f"127.0.0.1:{free_port()}")):
        yield
