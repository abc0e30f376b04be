"""S3's clock is 20 minutes ahead of this machine's (s3rver with faketime)."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from object_stores import s3_runs_with
from servers_s3 import s3rver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-clock-skewed"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with (
        tempfile.TemporaryDirectory() as folder,
        s3rver(Path(folder), ahead=1200) as endpoint,
        s3_runs_with(stack, regionendpoint=endpoint),
    ):
        yield
