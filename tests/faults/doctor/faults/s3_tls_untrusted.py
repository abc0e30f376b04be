"""The endpoint's certificate is of an authority that this host does not know."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import self_signed
from object_stores import before_store, s3_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-tls-untrusted"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with (
        before_store(stack, self_signed("localhost")) as endpoint,
        s3_runs_with(stack, regionendpoint=endpoint),
    ):
        yield
