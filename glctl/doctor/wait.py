"""``--wait``: looking again until the registry is well, or time is up."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.findings.report import Report

_PAUSE = 1.0  # seconds between two looks; a look costs a few dozen requests


def wait_until_well(
    look: Callable[[bool], Report],
    is_well: Callable[[Report], bool],
    told: Callable[[Report | None, float], None],
    seconds: float,
    *,
    logs_in: bool,
) -> Report:
    """The report of the last look. *look* is told whether others may follow.

    *told* is given what was seen and the seconds that are left, before each pause. *logs_in*: one more look
    is due in the end, in which that is done. That there is no registry yet is waited for, too.
    """
    deadline = time.monotonic() + seconds
    while True:
        report = None
        with suppress(GlctlError):  # what is still so at the end is raised there
            report = look(True)
        left = deadline - time.monotonic()
        if left <= 0 or (report and is_well(report)):
            return look(False) if logs_in or report is None else report
        told(report, left)
        time.sleep(min(_PAUSE, left))
