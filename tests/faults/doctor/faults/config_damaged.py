"""config.yml is cut off in the middle of a list."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.config, lambda text: text + "\n  nonsense: ]["):
        yield
