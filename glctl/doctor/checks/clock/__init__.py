"""The clocks: this machine's, and of those whom it must agree with."""

from __future__ import annotations

from glctl.doctor.checks.clock import others, own

CHECKS = (own.CHECK, others.GITLAB, others.S3)
