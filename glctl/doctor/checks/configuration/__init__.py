"""What the registry is told: its settings, and how they came about."""

from __future__ import annotations

from glctl.doctor.checks.configuration import readable

CHECKS = (readable.CHECK,)
