"""The registry's program is not installed."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from ways import edited, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-program-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    def change(text: str) -> str:
        return re.sub(r"\S+ serve", "/no/such/registry serve", text)

    with registry_ends(stack, b"/no/such/registry", edited(stack.run_script("registry"), change)):
        yield
