"""The issuer is changed in config.yml, and the registry is not restarted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-issuer-differs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.config, setting("auth", "token", "issuer", value="somebody")):
        yield
    stack.restart()  # what its log says of tokens counts until then
