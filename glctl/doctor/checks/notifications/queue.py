"""Events that wait: told by the registry's own counters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.doctor.check import Check
from glctl.doctor.checks.notifications.endpoints import endpoints
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_MANY = 100  # events; a burst of pushes makes some dozens wait for moments


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read ``/debug/vars``: registry.notifications.endpoints."""
    endpoints(facts)
    facts.debug_base  # noqa: B018 - not tried where there is no debug server
    waiting = 0
    for name, metrics in _metrics(facts.vars().values):
        pending = int(metrics.get("Pending") or 0)
        waiting += pending
        if pending >= _MANY:
            yield found(
                "notifications-pending",
                name,
                f"{pending} events wait for {name}; a restart of the registry loses them.",
                evidence=[
                    f"{key.lower()}: {metrics[key]}" for key in ("Failures", "Errors") if key in metrics
                ],
            )
    return f"{waiting} events wait"


def _metrics(values: Mapping[str, Any] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    registry = (values or {}).get("registry")
    notifications = registry.get("notifications") if isinstance(registry, Mapping) else None
    listed = notifications.get("endpoints") if isinstance(notifications, Mapping) else None
    for each in listed or ():
        if isinstance(each, Mapping) and isinstance(each.get("Metrics"), Mapping):
            yield str(each.get("name", "an endpoint")), each["Metrics"]


CHECK = Check("notification-queue", "No events pile up.", run, requires=("local", "debug-server"))
