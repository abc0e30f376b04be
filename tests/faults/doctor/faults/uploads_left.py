"""Sixty uploads were begun a month ago and never ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-uploads-left"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    folder = stack.repositories / "glctl/doctor/_uploads"
    left = [folder / f"left-{number}" for number in range(60)]
    month_ago = time.time() - 30 * 86400
    for upload in left:
        upload.mkdir(parents=True)
        (upload / "startedat").write_text("2000-01-01T00:00:00Z")
        os.utime(upload / "startedat", (month_ago, month_ago))
        for path in (upload, upload / "startedat"):
            os.chown(path, stack.images.stat().st_uid, stack.images.stat().st_gid)
    yield
    for upload in left:
        shutil.rmtree(upload)
