"""nginx asks for a password of its own (auth_basic)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-refuses"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(
        stack,
        ("proxy_buffering off;", "proxy_buffering off; auth_basic closed; auth_basic_user_file /dev/null;"),
    ):
        yield
