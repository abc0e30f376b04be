"""A variable of the registry's environment names another issuer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-issuer-differs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, "registry['env'] = { 'REGISTRY_AUTH_TOKEN_ISSUER' => 'other' }"):
        yield
