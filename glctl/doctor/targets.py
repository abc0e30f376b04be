"""What can be examined, and with which groups of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.checks import (
    clock,
    configuration,
    database,
    debug,
    garbage,
    logs,
    nginx,
    notifications,
    proxy,
    push,
    redis,
    s3,
    services,
    storage,
    tls,
    tokens,
    versions,
)

if TYPE_CHECKING:
    from glctl.doctor.check import Check

# In the order in which they are reported: each check stands behind those that it requires.
_REGISTRY = {
    "clock": clock.CHECKS,
    "configuration": configuration.CHECKS,
    "services": services.CHECKS,
    "versions": versions.CHECKS,
    "storage": storage.CHECKS,
    "database": database.CHECKS,
    "garbage": garbage.CHECKS,
    "nginx files": nginx.CHECKS,  # whether nginx runs is for "services" to tell
    "tls": tls.CHECKS,
    "debug server": debug.CHECKS,
    "redis": redis.CHECKS,
    "notifications": notifications.CHECKS,
    "proxy": proxy.CHECKS,
    "tokens": tokens.CHECKS,
    "s3": s3.CHECKS,
    "push": push.CHECKS,
    "logs": logs.CHECKS,
}
GROUPS: dict[str, dict[str, tuple[Check, ...]]] = {"registry": _REGISTRY}
# All checks of a target, in that order.
TARGETS: dict[str, tuple[Check, ...]] = {
    target: tuple(check for checks in groups.values() for check in checks)
    for target, groups in GROUPS.items()
}
