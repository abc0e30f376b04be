"""nginx lets clients only read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-method-refused"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    only_reading = "if ($request_method !~ ^(GET|HEAD)$) { return 403; }"
    with configured(stack, f"registry['nginx']['custom_gitlab_server_config'] = '{only_reading}'"):
        yield
