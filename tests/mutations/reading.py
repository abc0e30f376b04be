"""One file read as check-config reads it: from the disk to the diagnostics as they are printed."""

from __future__ import annotations

import signal
import time
import traceback
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from glctl.commands.diagnostics import print_diagnostics
from glctl.converge.wrong import all_that_is_wrong
from glctl.settings.platform import OMNIBUS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.paths import Root
    from glctl.spans import Diagnostic

SECONDS = 2  # of processor time that one file may take, so that a busy machine makes no difference
CRASHED, HUNG = "exception", "hang"  # beside the codes of diagnostics, and "" for none


class HangError(BaseException):
    """A file has taken too long. No ``except Exception`` may hold it up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How reading a file ended: the codes of its errors, none where it is accepted, or CRASHED or HUNG and
    the traceback."""

    codes: tuple[str, ...]
    seconds: float
    traceback: str = ""


def outcome_of(work: Callable[[], tuple[Diagnostic, ...]]) -> Outcome:
    """How *work*, which gives the diagnostics of a file, ends. Only in the main thread of a process."""
    signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    began = time.process_time()
    trace = ""
    try:
        codes = tuple(sorted({each.code for each in work() if each.severity == "error"}))
    except HangError:
        codes, trace = (HUNG,), traceback.format_exc()
    except Exception:  # noqa: BLE001 - that there is none is what is tested
        codes, trace = (CRASHED,), traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return Outcome(codes, time.process_time() - began, trace)


def _hang(_signal: int, _frame: object) -> None:
    raise HangError


def check(path: Path, root: Root) -> tuple[Diagnostic, ...]:
    """What check-config says of the file *path*, after it has been printed."""
    diagnostics = all_that_is_wrong(root, path, OMNIBUS)
    print_diagnostics(diagnostics, StringIO())
    return diagnostics
