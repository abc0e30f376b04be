"""The registry's key for S3 is in its environment, and not in config.yml."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import reconfigured_with, storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    store = stack.store
    keys = {"AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key}
    pairs = ", ".join(f"'{name}' => '{value}'" for name, value in keys.items())
    line = storage(store, redirect=False, accesskey=None, secretkey=None) + f"registry['env'] = {{ {pairs} }}"
    with reconfigured_with(stack, line):
        yield
