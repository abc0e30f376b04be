"""gitlab.rb does not let images be deleted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "deletion-disabled"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, "registry['storage_delete_enabled'] = false"):
        yield
