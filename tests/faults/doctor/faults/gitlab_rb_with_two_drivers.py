"""gitlab.rb names two storage drivers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-driver-several"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    lines = "registry['storage'] = { 'filesystem' => {}, 's3' => { 'bucket' => 'b', 'region' => 'r' } }"
    with edited(stack.gitlab_rb, lambda text: f"{text}\n{lines}\n"):
        yield
