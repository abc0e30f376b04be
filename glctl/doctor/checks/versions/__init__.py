"""Which registry this is, and what is known of that version."""

from __future__ import annotations

from glctl.doctor.checks.versions import program, replaced

CHECKS = (program.CHECK, replaced.CHECK)
