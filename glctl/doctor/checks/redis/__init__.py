"""Redis, as the registry's cache."""

from __future__ import annotations

from glctl.doctor.checks.redis import answers

CHECKS = (answers.CHECK,)
