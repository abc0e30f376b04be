"""A self-signed certificate that docker on this machine is given."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from certificates import self_signed
from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pair = self_signed(HOST)
    given = stack.path / f"etc/docker/certs.d/{HOST}:{stack.ports['nginx']}"
    given.mkdir(parents=True)
    (given / "ca.crt").write_text(pair.chain)
    with pair_shown(stack, pair):
        yield
    shutil.rmtree(stack.path / "etc/docker")
