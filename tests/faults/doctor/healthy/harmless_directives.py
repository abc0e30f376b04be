"""nginx has further headers, limits and time-outs for the registry."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    more = "add_header X-Served-By nginx; client_body_timeout 300s; send_timeout 300s;"
    with configured(stack, f"registry['nginx']['custom_gitlab_server_config'] = '{more}'"):
        yield
