"""Another server of nginx listens on one of the addresses that the registry's has, and answers there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import self_signed
from ways import added, edited, replaced

from glctl.services import control
from glctl.services.catalog import NGINX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "wrong-virtual-host"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    other, folder, port = self_signed("intranet.example.com"), stack.vhost.parent, stack.ports["nginx"]
    server = (
        f"server {{ listen 127.0.0.1:{port} ssl; server_name intranet.example.com; return 301 https://intranet.example.com;"
        f" ssl_certificate {folder}/intranet.crt; ssl_certificate_key {folder}/intranet.key; }}\n"
    )
    with (
        edited(stack.vhost, replaced((f"listen 127.0.0.1:{port}", f"listen *:{port}"))),
        added(folder / "intranet.crt", other.chain),
        added(folder / "intranet.key", other.key),
        added(folder / "intranet.conf", server),
    ):
        _restart(stack)
        yield
    _restart(stack)


def _restart(stack: Stack) -> None:
    """A reload cannot change an address that nginx listens on."""
    assert control.act(NGINX.directory(stack.root), control.RESTART).ok
    stack.wait_for("nginx")
