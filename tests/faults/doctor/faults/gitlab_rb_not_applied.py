"""gitlab.rb was changed, and reconfigure not run since."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-drift"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_rb, lambda text: f"{text}\nregistry['log_level'] = 'debug'\n"):
        yield
