"""The registry's certificate for tokens has expired, which it never looks at."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING

from ways import configured

from glctl.clients import keys
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    begun = time.time() - keys.VALIDITY.total_seconds() - 86400
    expired = json.dumps(keys.certify(Secret(stack.key.read_text()), begun))
    with configured(stack, f"registry['internal_certificate'] = {expired}"):
        yield
