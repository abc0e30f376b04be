"""Running checks: in the order of what they require, side by side, each under its own time-out."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError
from glctl.findings.found import found
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report, link
from glctl.secret import mask_by_looks, mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from glctl.doctor.check import Check
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Outcome


_TURN = 0.5  # seconds that a check waits at most for others that compute


@dataclass(frozen=True, slots=True)
class _Ended:
    """A check that is over: how, and what it found."""

    result: CheckResult
    findings: tuple[Finding, ...] = ()

    @property
    def hindrance(self) -> str:
        """Why what requires this check is not run: it could only repeat what was found; empty where it is.

        One that was not tried (without root, by options) hinders none: each check knows what it can do.
        Where this one was not run itself, it is the first of them that is named.
        """
        if self.result.outcome == "not_run":
            return self.result.because
        codes = {finding.code for finding in self.findings if finding.severity == "error"}
        if codes & {"check-failed", "check-late"}:
            return f"{self.result.name} came to no end"
        return f"{self.result.name} found an error" if codes else ""


def examine(
    target: str, checks: Sequence[Check], facts: Facts, progress: Callable[[Sequence[str]], None]
) -> Report:
    """Run *checks*, of which each stands behind those that it waits for, and report in that order.

    *progress* is told the names of those under way whenever they change. A check that crashes or is late
    becomes a Finding; the thread of a late one is left to end by itself, and nobody listens to it any more.
    """
    begun = time.monotonic()
    waiting = list(checks)
    running: dict[str, tuple[Check, float]] = {}  # with the time when each is late
    ended: dict[str, _Ended] = {}
    results: queue.SimpleQueue[_Ended] = queue.SimpleQueue()
    turn = threading.Semaphore()
    while waiting or running:
        for check in tuple(waiting):
            behind = {*check.requires, *check.after}
            if any(other.name in behind for other in waiting) or running.keys() & behind:
                continue
            waiting.remove(check)
            if hindrance := _hindrance(check, ended, facts):
                ended[check.name] = _Ended(hindrance)
                continue
            running[check.name] = check, time.monotonic() + check.timeout
            threading.Thread(target=_perform, args=(check, facts, results, turn), daemon=True).start()
        if not running:
            break
        progress(list(running))
        for over in _next(running, results):
            if running.pop(over.result.name, None):  # else it was late, and that is reported already
                ended[over.result.name] = over
    order = tuple(ended[check.name].result for check in checks)
    findings = link((finding for check in checks for finding in ended[check.name].findings), order)
    order = tuple(_judged(result, findings) for result in order)
    return Report(target, findings, order, (time.monotonic() - begun) * 1000)


def _hindrance(check: Check, ended: Mapping[str, _Ended], facts: Facts) -> CheckResult | None:
    if why := _pointless(check, facts):
        return CheckResult(check.name, "not_tried", why)
    if check.live and facts.observed.source != "disk":
        return CheckResult(check.name, "not_tried", "only a gitlab.rb is examined (--config)")
    if check.effect == "lasting" and not facts.options.write:
        return CheckResult(check.name, "not_tried", "it stores something: glctl doctor --write tries it")
    if check.effect == "passing" and facts.options.read_only:
        return CheckResult(check.name, "not_tried", "it writes for a moment: --read-only forbids that")
    for name in check.requires:
        if name in ended and (because := ended[name].hindrance):
            return CheckResult(check.name, "not_run", because)
    return None


def _pointless(check: Check, facts: Facts) -> str:
    try:
        return check.pointless(facts.observed) if check.pointless else ""
    except PermissionError as exc:
        return _why_not_tried(exc)


def _perform(
    check: Check, facts: Facts, results: queue.SimpleQueue[_Ended], turn: threading.Semaphore
) -> None:
    """Run a check to its end, whatever that is.

    Those that compute take turns: Python runs one at a time in any case, and each more of them would keep the
    requests of others from leaving. One that hangs is not waited for.
    """
    if check.computes and turn.acquire(timeout=_TURN):
        try:
            _run(check, facts, results)
        finally:
            turn.release()
    else:
        _run(check, facts, results)


def _run(check: Check, facts: Facts, results: queue.SimpleQueue[_Ended]) -> None:
    begun = time.monotonic()
    findings: list[Finding] = []
    note, tried = "", True
    try:
        steps = check.run(facts)
        while True:
            findings.append(replace(next(steps), check=check.name))
    except StopIteration as stop:
        note = stop.value or ""
    except Exception as exc:  # noqa: BLE001 - a check that fails is a result, too
        if why := _why_not_tried(exc):
            note, tried = why, False
        else:
            findings.append(_failed(check, exc))
            note = "it came to no end"
    outcome: Outcome = "finding" if findings else "ok" if tried else "not_tried"
    milliseconds = (time.monotonic() - begun) * 1000
    result = CheckResult(check.name, outcome, mask_by_looks(note), milliseconds, speaks=check.speaks)
    results.put(_Ended(result, tuple(findings)))


def _judged(result: CheckResult, findings: Sequence[Finding]) -> CheckResult:
    """*result* of a check all of whose findings are only told (over, or worth knowing) is well."""
    grave = any(f.check == result.name and f.severity != "info" for f in findings)
    return replace(result, outcome="ok") if result.outcome == "finding" and not grave else result


def _why_not_tried(exc: Exception) -> str:
    """Why a check could not be tried; empty where it was tried and failed."""
    if isinstance(exc, NotTriedError):
        return str(exc)
    if isinstance(exc, GlctlError) and isinstance(exc.__cause__, PermissionError):
        return mask_text(f"{exc.message.rstrip('.')}: run glctl as root")
    if isinstance(exc, PermissionError):
        return f"{exc.filename} may not be looked at: run glctl as root"
    return ""


def _failed(check: Check, exc: Exception) -> Finding:
    remedy = ""
    if isinstance(exc, GlctlError):
        why, remedy = exc.message, mask_text(exc.hint)
    elif isinstance(exc, OSError):
        why = f"{exc.filename or 'the system'}: {exc.strerror or type(exc).__name__}"
    else:  # its text may hold values, and these may be secrets
        place = traceback.extract_tb(exc.__traceback__)[-1]
        why = f"{type(exc).__name__} at {Path(place.filename).name}:{place.lineno}"
    summary = f"The check {check.name} came to no end: {why.rstrip('.')}."
    return replace(found("check-failed", check.name, summary, remedy=remedy), check=check.name)


def _next(running: Mapping[str, tuple[Check, float]], results: queue.SimpleQueue[_Ended]) -> list[_Ended]:
    """What ends next, be it by its time-out."""
    deadline = min(late for _, late in running.values())
    try:
        return [results.get(timeout=max(0.0, deadline - time.monotonic()))]
    except queue.Empty:
        now = time.monotonic()
        return [_late(check) for check, late in running.values() if now >= late]


def _late(check: Check) -> _Ended:
    note = f"no result within {check.timeout:g} s"
    finding = found("check-late", check.name, f"The check {check.name} came to no end: {note}.")
    result = CheckResult(check.name, "finding", note, check.timeout * 1000)
    return _Ended(result, (replace(finding, check=check.name),))
