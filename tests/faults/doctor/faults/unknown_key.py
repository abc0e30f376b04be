"""gitlab.rb has a key in its storage that the registry does not read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "unknown-key"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    place = f"'rootdirectory' => '{stack.images}', 'rootdirectry' => '/x'"
    with configured(stack, f"registry['storage'] = {{ 'filesystem' => {{ {place} }} }}"):
        yield
