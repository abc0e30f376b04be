"""nginx sends its own certificate without the intermediate one, which is to be had where AIA says."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from certificates import Authority
from servers import free_port, nginx
from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-chain-incomplete"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    port = free_port()
    middle = Authority("Example R3", above=stack.authority)
    pair = middle.issue(HOST, issuer_url=f"http://127.0.0.1:{port}/r3.cer")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "r3.cer").write_bytes(middle.der)
        serve = f"listen 127.0.0.1:{port}; root {folder};"
        with nginx(Path(folder), serve, port), pair_shown(stack, pair):
            yield
