"""docker here is given another authority for this registry than its own."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from certificates import Authority
from stacks import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-untrusted"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    given = stack.path / f"etc/docker/certs.d/{HOST}:{stack.ports['nginx']}"
    given.mkdir(parents=True)
    (given / "ca.crt").write_text(Authority("Another").certificate)
    yield
    shutil.rmtree(stack.path / "etc/docker")
