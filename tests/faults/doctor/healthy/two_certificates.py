"""The registry trusts an old certificate beside the one in use, as while keys are renewed."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING

from ways import configured

from glctl.clients import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    old = keys.certify(keys.generate_key(bits=2048), time.time() - 60)
    both = json.dumps(old + stack.bundle.read_text())
    with configured(stack, f"registry['internal_certificate'] = {both}"):
        yield
