"""The key may not use the KMS key that objects are encrypted with (a proxy before moto says so)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering, s3_runs_with
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-kms-denied"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    refused = Canned("", "", 403, "AccessDenied", if_header="x-amz-server-side-encryption")
    with s3_runs_with(stack, encrypt=True, keyid="key-1"), answering(stack, refused):
        yield
