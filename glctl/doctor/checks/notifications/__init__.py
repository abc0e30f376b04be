"""Notifications: events for GitLab and others."""

from __future__ import annotations

from glctl.doctor.checks.notifications import endpoints, queue

CHECKS = (endpoints.CHECK, queue.CHECK)
