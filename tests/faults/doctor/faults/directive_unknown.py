"""nginx.conf has a directive that this nginx does not know; nginx runs on without."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.nginx_conf, replaced(("sendfile on;", "sendfile on;\n  hide_server_tokens on;"))):
        yield
