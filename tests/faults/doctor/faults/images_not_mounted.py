"""fstab has a file system for the images, which is not mounted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-mounted"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with added(stack.path / "etc/fstab", f"server:/images {stack.images} nfs4 defaults 0 0\n"):
        yield
