"""Finding out whether a piece of work takes too much, in a process of its own, which may die of it."""

from __future__ import annotations

import os
import resource
import signal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 1  # of processor time
_BYTES = 200 * 1024 * 1024


def seconds_of(work: Callable[[], object]) -> float | None:
    """The processor time that *work* takes; None where it fails, or takes more than 1 s or 200 MB.

    Other threads may be alive: the child takes none of their locks, since all it does is *work*, and exit.
    """
    process = os.fork()
    if process == 0:
        _do(work)
    _, status, usage = os.wait4(process, 0)
    return usage.ru_utime + usage.ru_stime if status == 0 else None


def _do(work: Callable[[], object]) -> NoReturn:
    """The child's part."""
    code = 1
    try:
        # A library that gets no memory may say so and abort, or crash.
        os.close(2)
        for number in (signal.SIGABRT, signal.SIGSEGV):
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        most = _mapped() + _BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        work()
        code = 0
    finally:
        os._exit(code)


def _mapped() -> int:
    """The bytes that RLIMIT_DATA counts as taken already: the stacks of all threads are among them."""
    with open("/proc/self/status", "rb") as status:
        return next((int(line.split()[1]) * 1024 for line in status if line.startswith(b"VmData:")), 0)
