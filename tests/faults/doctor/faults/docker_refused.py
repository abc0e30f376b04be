"""nginx refuses docker by its User-Agent."""

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
        stack, ("proxy_buffering off;", "proxy_buffering off; if ($http_user_agent ~ docker) { return 403; }")
    ):
        yield
