"""An access list on the repositories denies the registry's account what the mode allows."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from stacks import AS_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-writable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    if not AS_ROOT or shutil.which("setfacl") is None:
        pytest.skip("needs root and setfacl")
    path, info = stack.repositories, stack.repositories.stat()
    # What a list says of an account does not count for the owner: the group lets the account in.
    os.chown(path, 0, info.st_gid)
    path.chmod(0o770)
    subprocess.run(["setfacl", "-m", "u:nobody:---", str(path)], check=True)
    yield
    subprocess.run(["setfacl", "-b", str(path)], check=True)
    os.chown(path, info.st_uid, info.st_gid)
    path.chmod(info.st_mode & 0o7777)
