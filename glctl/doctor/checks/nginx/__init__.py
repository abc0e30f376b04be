"""nginx and its virtual host of the registry."""

from __future__ import annotations

from glctl.doctor.checks.nginx import files, virtual_host

CHECKS = (virtual_host.CHECK, files.TEST, files.SERVED)
