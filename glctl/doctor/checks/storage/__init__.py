"""Images on a file system."""

from __future__ import annotations

from glctl.doctor.checks.storage import directory, writable

CHECKS = (directory.CHECK, writable.CHECK)
