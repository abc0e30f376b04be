"""S3 by TLS, whose authority the registry's SSL_CERT_FILE names."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import self_signed
from object_stores import before_store, reconfigured_with, storage
from ways import added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    shown, trusted = self_signed("localhost"), stack.path / "etc/gitlab/store.crt"
    with added(trusted, shown.chain), before_store(stack, shown) as endpoint:
        line = (
            storage(stack.store, endpoint, redirect=False)
            + f"registry['env'] = {{ 'SSL_CERT_FILE' => '{trusted}' }}"
        )
        with reconfigured_with(stack, line):
            yield
