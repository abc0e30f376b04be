"""Garbage collection, and what keeps images from being deleted or pushed."""

from __future__ import annotations

from glctl.doctor.checks.garbage import collection, deletion, schedule

CHECKS = (collection.CHECK, schedule.CHECK, deletion.CHECK)
