"""TLS was put into the virtual host by hand, and nginx not told: it goes on in plain HTTP."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from certificates import self_signed
from stacks import HOST
from ways import added, edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "tls-port-plain-http"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pair, listen = self_signed(HOST), f"listen 127.0.0.1:{stack.ports['nginx']}"
    proto = "proxy_set_header X-Forwarded-Proto"
    with tempfile.TemporaryDirectory() as folder:
        served = f"{listen} ssl; ssl_certificate {folder}/crt; ssl_certificate_key {folder}/key;"
        with (
            added(Path(folder) / "crt", pair.chain),
            added(Path(folder) / "key", pair.key),
            edited(stack.vhost, replaced((f"{listen};", served), (f"{proto} http;", f"{proto} https;"))),
        ):
            yield
