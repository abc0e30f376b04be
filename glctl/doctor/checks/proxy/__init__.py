"""The way of clients to the registry."""

from __future__ import annotations

from glctl.doctor.checks.proxy import way

CHECKS = (way.CHECK,)
