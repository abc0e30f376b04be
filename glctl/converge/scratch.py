"""A directory to try things out in, which goes with the run that made it, even if that is killed."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.services.processes import read

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "glctl-stage-"


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty directory of this user's alone. What runs that are no more have left of theirs is removed.

    Its name says whose it is: a pid and when that process was started, which together come only once.
    """
    import tempfile

    # Not gettempdir(), which tries a directory with a file that a kill would leave there.
    temporary = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - mkdtemp makes a name that nobody has guessed
    _sweep(Path(temporary))
    me = read(os.getpid())
    whose = f"{me.pid}-{me.started}" if me else "0-0"
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{whose}-", dir=temporary))
    try:
        yield folder
    finally:
        # Not TemporaryDirectory: where it may not remove a link, it changes the mode of what that leads to.
        shutil.rmtree(folder)


def _sweep(temporary: Path) -> None:
    for left in temporary.glob(f"{_PREFIX}*-*-*"):
        pid, started = left.name.removeprefix(_PREFIX).split("-")[:2]
        with suppress(OSError, ValueError):
            owner = read(int(pid))
            if left.lstat().st_uid == os.geteuid() and (owner is None or owner.started != int(started)):
                shutil.rmtree(left)  # never through a link
