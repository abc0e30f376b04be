"""A directory to try things out in, which goes with the run that made it, even if that is killed."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.services.processes import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAGE = "glctl-stage-"  # begins the name of one in which configuration is tried out


@contextmanager
def scratch(
    prefix: str = STAGE,
    parent: Path | None = None,
    *,
    remove: Callable[[Path], None] = shutil.rmtree,
    swept: Callable[[Path], None] = lambda _: None,
) -> Iterator[Path]:
    """An empty directory of this user's alone, below *parent* or where temporary files are; *remove* ends it.

    What runs that are no more have left of theirs is removed first, and told to *swept*. Its name says whose
    it is: a pid and when that process was started, which together come only once.
    """
    import tempfile

    # Not gettempdir(), which tries a directory with a file that a kill would leave there.
    temporary = parent or Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 - mkdtemp makes a name that nobody has guessed
    for left in _left(temporary, prefix):
        with suppress(OSError):
            remove(left)
            swept(left)
    me = read(os.getpid())
    whose = f"{me.pid}-{me.started}" if me else "0-0"
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{whose}-", dir=temporary))
    try:
        yield folder
    finally:
        # Not TemporaryDirectory: where it may not remove a link, it changes the mode of what that leads to.
        remove(folder)


def _left(temporary: Path, prefix: str) -> Iterator[Path]:
    for left in temporary.glob(f"{prefix}*-*-*"):
        pid, started = left.name.removeprefix(prefix).split("-")[:2]
        with suppress(OSError, ValueError):
            status, owner = left.lstat(), read(int(pid))
            own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()  # never through a link
            if own and (owner is None or owner.started != int(started)):
                yield left
