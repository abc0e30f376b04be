"""A glctl trace --docker=host was killed: the Docker daemon still has its proxy, which is gone."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from glctl.services.host_docker import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "trace-left-behind"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    folder = stack.root.at(FOLDER)
    folder.mkdir(parents=True)
    (folder / "glctl-trace.env").write_text("# glctl trace --docker=host, pid 4194305 1\n")
    yield
    shutil.rmtree(folder)
