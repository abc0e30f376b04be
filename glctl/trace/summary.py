"""What a conversation came to: layers, bytes, mounts, and where the time went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from glctl.trace.steps import PING, TOKEN
from glctl.trace.words import duration, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.trace.steps import Step

# The stages of a push or pull, by the steps that they are made of.
_STAGES = {
    "ping and tokens": (PING, TOKEN),
    "looking for layers": ("check blob", "mount blob"),
    "sending layers": ("start upload", "send chunk", "upload blob", "ask for offset"),
    "finishing layers": ("finish upload",),
    "manifests": ("put manifest", "check manifest", "get manifest"),
    "fetching layers": ("get blob",),
}


def summary(steps: Sequence[Step]) -> str:
    """In a line or two; of no use where nothing was said."""
    if not steps:
        return "nothing was said."
    parts = [*_layers(steps), f"{len(steps)} exchange{'s' * (len(steps) > 1)}"]
    seconds = max(s.exchange.ended for s in steps) - min(s.exchange.began for s in steps)
    times = times_by_stage(steps)
    stages = ", ".join(f"{stage} {duration(spent)}" for stage, spent in times.items())
    most = max(times, key=lambda stage: times[stage], default="")
    told = f"{', '.join(parts)} in {duration(seconds)}."
    return f"{told}\nTime: {stages}; most went into {most}." if len(times) > 1 else told


def times_by_stage(steps: Sequence[Step]) -> dict[str, float]:
    """Seconds in each stage; what goes on at the same time counts once."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for step in steps:
        name = step.name.partition(",")[0]
        for stage, names in _STAGES.items():
            if name in names:
                spans.setdefault(stage, []).append((step.exchange.began, step.exchange.ended))
    return {stage: _covered(spans[stage]) for stage in _STAGES if stage in spans}


def _layers(steps: Sequence[Step]) -> list[str]:
    """What was moved, in words."""
    done = Counter(step.name for step in steps if step.exchange.status in (200, 201, 206))
    pushed = done["finish upload"] + done["upload blob"]
    fetched = [s for s in steps if s.name.startswith("get blob") and s.exchange.status in (200, 206)]
    # docker looks whether what it has just pushed is there.
    sent_ones = {s.reference for s in steps if s.name in ("finish upload", "upload blob")}
    found = {s.reference for s in steps if s.name.startswith("check blob") and s.exchange.status == 200}
    there = len(found - sent_ones)
    sent = sum(step.exchange.sent for step in steps)
    received = sum(step.exchange.received for step in fetched)
    words = (
        (pushed, f"{_counted(pushed, 'blob')} pushed ({size(sent)})"),
        (done["mount blob"], f"{_counted(done['mount blob'], 'blob')} mounted"),
        (there, f"{_counted(there, 'blob')} already there"),
        (fetched, f"{_counted(len(fetched), 'blob')} fetched ({size(received)})"),
        (done["put manifest"], f"{_counted(done['put manifest'], 'manifest')} put"),
    )
    return [told for count, told in words if count]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _covered(spans: Sequence[tuple[float, float]]) -> float:
    """The length of what they cover together."""
    total, end = 0.0, 0.0
    for first, last in sorted(spans):
        total += max(0.0, last - max(first, end))
        end = max(end, last)
    return total
