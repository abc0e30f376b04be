"""nginx passes requests on to a web server that is no registry."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_sends_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "wrong-backend"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_sends_to(stack, "default_type text/html; return 200 '<html>hello</html>';"):
        yield
