"""nginx offers ciphers for RSA only, and its key is none."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "tls-handshake-failed"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    def only_rsa(text: str) -> str:
        text = re.sub("ssl_protocols [^;]+;", "ssl_protocols TLSv1.2;", text)
        return re.sub("ssl_ciphers [^;]+;", "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384;", text)

    with edited(stack.vhost, only_rsa):
        stack.reload_nginx()
        yield
    stack.reload_nginx()
