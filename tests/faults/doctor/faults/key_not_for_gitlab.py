"""GitLab's account may not read the key that it signs tokens with."""

from __future__ import annotations

import contextlib
import grp
import os
from typing import TYPE_CHECKING

import pytest
from stacks import AS_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-unreadable"
STACK = "gitlab"

GROUP = "www-data"  # of an account that is on every Debian machine


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    if not AS_ROOT:
        pytest.skip("only root can give files away")
    before = stack.gitlab_yml.stat()
    os.chown(stack.gitlab_yml, 0, grp.getgrnam(GROUP).gr_gid)  # as Omnibus does; the key is for root alone
    yield
    os.chown(stack.gitlab_yml, before.st_uid, before.st_gid)
