"""This machine's clock."""

from __future__ import annotations

from glctl.doctor.checks.clock import ntp

CHECKS = (ntp.CHECK,)
