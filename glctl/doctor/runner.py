"""Running checks: in the order of what they require, side by side, each under its own time-out."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report, link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from glctl.doctor.check import Check
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Outcome


@dataclass(frozen=True, slots=True)
class _Ended:
    """A check that is over: how, and what it found."""

    result: CheckResult
    findings: tuple[Finding, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether what requires this check cannot be run."""
        not_done = self.result.outcome in ("not_run", "not_tried")
        return not_done or any(f.severity == "error" for f in self.findings)


def examine(
    target: str, checks: Sequence[Check], facts: Facts, progress: Callable[[Sequence[str]], None]
) -> Report:
    """Run *checks* and report. *progress* is told the names of those under way whenever they change.

    A check that crashes or is late becomes a Finding; the thread of a late one is left to end by itself.
    """
    begun = time.monotonic()
    waiting = list(checks)
    running: dict[str, tuple[Check, float]] = {}  # with the time when each is late
    ended: dict[str, _Ended] = {}
    results: queue.SimpleQueue[_Ended] = queue.SimpleQueue()
    while waiting or running:
        for check in [c for c in waiting if _is_ready(c, checks, ended)]:
            waiting.remove(check)
            if (hindered := _hindrance(check, ended, facts)) is not None:
                ended[check.name] = _Ended(hindered)
                continue
            running[check.name] = check, time.monotonic() + check.timeout
            threading.Thread(target=_perform, args=(check, facts, results), daemon=True).start()
        if running:
            progress(list(running))
            for over in _next(running, results):
                if running.pop(over.result.name, None):  # else it was late, and that is reported already
                    ended[over.result.name] = over
    order = tuple(ended[check.name].result for check in checks)
    found = link((finding for check in checks for finding in ended[check.name].findings), order)
    return Report(target, found, order, (time.monotonic() - begun) * 1000)


def _is_ready(check: Check, checks: Sequence[Check], ended: Mapping[str, _Ended]) -> bool:
    """Whether everything that *check* requires, and that is run at all, has ended."""
    chosen = {c.name for c in checks}
    return all(name in ended or name not in chosen for name in check.requires)


def _hindrance(check: Check, ended: Mapping[str, _Ended], facts: Facts) -> CheckResult | None:
    if check.effect == "lasting" and not facts.options.write:
        return CheckResult(check.name, "not_tried", "it stores something: `glctl doctor --write` tries it")
    if check.effect == "passing" and facts.options.read_only:
        return CheckResult(check.name, "not_tried", "it writes for a moment: leave out --read-only to try it")
    for name in check.requires:
        if name in ended and ended[name].failed:
            because = "found an error" if ended[name].findings else "was not run"
            return CheckResult(check.name, "not_run", f"{name} {because}")
    return None


def _perform(check: Check, facts: Facts, results: queue.SimpleQueue[_Ended]) -> None:
    begun = time.monotonic()
    findings: list[Finding] = []
    note, outcome = "", None
    try:
        steps = check.run(facts)
        while True:
            findings.append(next(steps))
    except StopIteration as stop:
        note = stop.value or ""
    except NotTriedError as exc:
        note, outcome = str(exc), "not_tried"
    except GlctlError as exc:
        findings.append(_unfinished(check, exc.message, exc.hint))
    except Exception as exc:  # noqa: BLE001 - a crashed check is a result; its values may hold secrets
        findings.append(_unfinished(check, f"it failed with {type(exc).__name__}", "Please report this."))
    kind: Outcome = "finding" if any(f.severity != "info" for f in findings) else "ok"
    if outcome == "not_tried" and not findings:
        kind = "not_tried"
    milliseconds = (time.monotonic() - begun) * 1000
    results.put(_Ended(CheckResult(check.name, kind, note, milliseconds), tuple(findings)))


def _next(running: Mapping[str, tuple[Check, float]], results: queue.SimpleQueue[_Ended]) -> list[_Ended]:
    """What ends next, be it by its time-out."""
    deadline = min(late for _, late in running.values())
    try:
        return [results.get(timeout=max(0.0, deadline - time.monotonic()))]
    except queue.Empty:
        now = time.monotonic()
        return [_late(check) for check, late in running.values() if now >= late]


def _late(check: Check) -> _Ended:
    finding = _unfinished(check, f"there was no result within {check.timeout:.0f} s", "", code="check-late")
    return _Ended(CheckResult(check.name, "finding", "late", check.timeout * 1000), (finding,))


def _unfinished(check: Check, message: str, remedy: str, code: str = "check-failed") -> Finding:
    summary = f"The check {check.name} came to no end: {message.rstrip('.')}."
    return Finding(code, check.name, check.name, "warning", summary, remedy=remedy)
