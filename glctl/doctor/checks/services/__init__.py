"""The services: supervised, up, and where they should listen."""

from __future__ import annotations

from glctl.doctor.checks.services import answers, ports, running, supervisor

CHECKS = (supervisor.CHECK, running.REGISTRY, running.NGINX, ports.CHECK, answers.CHECK)
