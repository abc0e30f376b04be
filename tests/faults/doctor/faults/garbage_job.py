"""A job of cron calls the collector of the registry while pushes are accepted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "garbage-job-unprotected"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    folder = stack.path / "etc/cron.d"
    folder.mkdir()
    line = f"0 3 * * 0 root docker-registry garbage-collect -m {stack.config}\n"
    with added(folder / "registry", line):
        yield
    folder.rmdir()
