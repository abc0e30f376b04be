"""The services: supervised, up, and where they should listen."""

from __future__ import annotations

from glctl.doctor.checks.services import answers, limits, log_service, ports, running, supervisor

CHECKS = (
    supervisor.CHECK,
    running.REGISTRY,
    running.NGINX,
    running.LOGROTATE,
    log_service.CHECK,
    limits.CHECK,
    ports.CHECK,
    answers.CHECK,
)
