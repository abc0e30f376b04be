"""What the logs tell."""

from __future__ import annotations

from glctl.doctor.checks.logs import rules

CHECKS = (rules.CHECK,)
