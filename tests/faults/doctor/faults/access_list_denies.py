"""An access list on the repositories denies the registry's account what the mode allows."""

from __future__ import annotations

import contextlib
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
    subprocess.run(["setfacl", "-m", "u:nobody:---", str(stack.repositories)], check=True)
    yield
    subprocess.run(["setfacl", "-b", str(stack.repositories)], check=True)
