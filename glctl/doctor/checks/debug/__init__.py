"""The registry's debug server."""

from __future__ import annotations

from glctl.doctor.checks.debug import exposed, health, metrics

CHECKS = (health.CHECK, exposed.CHECK, metrics.CHECK)
