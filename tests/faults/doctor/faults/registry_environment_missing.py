"""The directory with the registry's environment is not there."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from ways import edited, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-directory-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    def change(text: str) -> str:
        return re.sub(r"-e \S+", "-e /no/such/env", text)

    with registry_ends(stack, b"/no/such/env", edited(stack.run_script("registry"), change)):
        yield
