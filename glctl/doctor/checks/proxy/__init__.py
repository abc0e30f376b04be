"""The way of clients to the registry."""

from __future__ import annotations

from glctl.doctor.checks.proxy import headers, limits, methods, public, way

CHECKS = (way.CHECK, headers.CHECK, limits.CHECK, limits.OFFER, methods.CHECK, public.CHECK)
