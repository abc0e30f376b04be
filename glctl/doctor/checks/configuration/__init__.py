"""What the registry is told: its settings, and how they came about."""

from __future__ import annotations

from glctl.doctor.checks.configuration import (
    drift,
    gitlab_rb,
    left_behind,
    open_to_registry,
    owed,
    readable,
    settings,
)

CHECKS = (
    readable.CHECK,
    open_to_registry.CHECK,
    settings.CHECK,
    gitlab_rb.CHECK,
    drift.CHECK,
    owed.OWED,
    owed.UNREAD,
    left_behind.CHECK,
)
