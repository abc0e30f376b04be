"""The directory of repositories is immutable (chattr +i)."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-writable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    changed = subprocess.run(["chattr", "+i", str(stack.repositories)], capture_output=True, check=False)
    if changed.returncode:
        pytest.skip("this root may make nothing immutable")
    yield
    subprocess.run(["chattr", "-i", str(stack.repositories)], check=True)
