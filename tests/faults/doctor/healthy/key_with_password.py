"""A key with a password, which nginx is told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import encrypted
from stacks import HOST
from ways import added, configured, pair_on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pair = encrypted(stack.authority.issue(HOST), "correct horse")
    with (
        added(stack.path / "etc/gitlab/ssl/passwords", "wrong\ncorrect horse\n"),
        configured(stack, "registry['nginx']['ssl_password_file'] = '/etc/gitlab/ssl/passwords'"),
        pair_on_disk(stack, pair),
    ):
        stack.reload_nginx()
        yield
    stack.reload_nginx()
