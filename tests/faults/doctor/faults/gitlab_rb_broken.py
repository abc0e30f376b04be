"""gitlab.rb has a quote that is not closed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "ruby-syntax"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_rb, lambda text: f"{text}\nregistry['log_level'] = 'debug\n"):
        yield
