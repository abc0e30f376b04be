"""The account that the registry runs as does not exist."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from ways import edited, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-user-unknown"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    def change(text: str) -> str:
        return re.sub(r"-u \S+", "-u no-such-account", text)

    with registry_ends(stack, b"unknown user/group", edited(stack.run_script("registry"), change)):
        yield
