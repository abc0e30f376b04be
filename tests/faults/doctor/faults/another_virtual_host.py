"""Another file of nginx names the same server, is read first and answers for it."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from certificates import self_signed
from stacks import HOST
from ways import added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "wrong-virtual-host"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    other = self_signed("intranet.example.com")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "crt").write_text(other.chain)
        (Path(folder) / "key").write_text(other.key)
        server = (
            f"server {{ listen 127.0.0.1:{stack.ports['nginx']} ssl default_server; server_name {HOST};"
            f" ssl_certificate {folder}/crt; ssl_certificate_key {folder}/key; return 404; }}\n"
        )
        with added(stack.vhost.with_name("aaa.conf"), server):
            stack.reload_nginx()
            yield
        stack.reload_nginx()
