"""A push as clients do it."""

from __future__ import annotations

from glctl.doctor.checks.push import push

CHECKS = (push.CHECK, push.PUBLIC)
