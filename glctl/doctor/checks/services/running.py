"""A service: running, and not starting over and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.services.runit import Status


def run(facts: Facts, name: str) -> Generator[Finding, None, str]:
    """Judge the service *name* by what its runsv says."""
    seen = facts.services().get(name)
    if seen is None:
        raise NotTriedError(f"{name} is not enabled here")
    if seen.looping:
        yield found(
            "service-crash-loop",
            name,
            f"{name} ends right after each start, again and again.",
            remedy=f"Mend what its last words name; all of them:\nglctl tail-logs {name}",
            evidence=facts.last_words(name),
        )
        return "ends and is started over and over"
    if not seen.status.is_up:
        yield found("service-down", name, _how_down(name, seen.status), remedy=f"glctl start {name}")
        return "down"
    return str(seen.status)


def _how_down(name: str, status: Status) -> str:
    from glctl.services.runit import in_words

    if not status.is_supervised:
        return f"{name} does not run: the supervisor does not look after it."
    since = in_words(status.seconds)
    if status.paused:
        return f"{name} has been paused for {since}: somebody stopped its process for a while."
    if not status.normally_up:
        return f"{name} has been down for {since}, on purpose: a file named down in its directory says so."
    if status.want == "down":
        return f"{name} has been down for {since}, on purpose: somebody stopped it."
    return f"{name} has been down for {since}."


def run_logrotate(facts: Facts) -> Generator[Finding, None, str]:
    """Nothing fails at once without it: logs of nginx grow until their file system is full."""
    seen = facts.services().get("logrotate")
    if seen is None:
        raise NotTriedError("logrotate is not enabled here")
    if seen.looping or not seen.status.is_up:
        how = (
            "logrotate ends right after each start." if seen.looping else _how_down("logrotate", seen.status)
        )
        yield found(
            "logrotate-down",
            "logrotate",
            f"Logs of nginx grow for ever: {how}",
            remedy="glctl start logrotate",
            evidence=facts.last_words("logrotate") if seen.looping else (),
        )
        return "down"
    return str(seen.status)


REGISTRY = Check(
    "registry-service",
    "The registry runs, and keeps running.",
    lambda facts: run(facts, "registry"),
    requires=("supervisor",),
)
NGINX = Check(
    "nginx-service",
    "nginx runs, and keeps running.",
    lambda facts: run(facts, "nginx"),
    requires=("supervisor",),
)
LOGROTATE = Check("logrotate-service", "logrotate runs.", run_logrotate, requires=("supervisor",))
