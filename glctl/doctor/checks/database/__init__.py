"""The metadata database of GitLab's registry."""

from __future__ import annotations

from glctl.doctor.checks.database import lock_files, reachable

CHECKS = (lock_files.CHECK, reachable.CHECK)
