"""The file of authorities is not there that the registry's environment names for S3."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-panic"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    named = added(stack.environment / "AWS_CA_BUNDLE", "/nowhere.pem")
    with registry_ends(stack, b"LoadCustomCABundleError", named):
        yield
