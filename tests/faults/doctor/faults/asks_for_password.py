"""nginx itself asks for a password."""

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
    proxied = "proxy_pass http://127.0.0.1:"
    with nginx_runs_with(
        stack, (proxied, 'auth_basic "Private"; auth_basic_user_file /dev/null;' + " " + proxied)
    ):
        yield
