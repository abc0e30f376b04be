"""The registry's debug server."""

from __future__ import annotations

from glctl.doctor.checks.debug import health

CHECKS = (health.CHECK,)
