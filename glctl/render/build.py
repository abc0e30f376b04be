"""Effective settings → every Resource of this host, in the order in which they must come to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.paths import INIT_DIR
from glctl.render.nginx import nginx_resources
from glctl.render.registry import registry_resources
from glctl.render.resources import Directory
from glctl.render.runit import nginx_service, no_service_link, registry_service, service_link
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from glctl.render.resources import Resource
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host
    from glctl.settings.secrets import Secrets


def resources(effective: Effective, host: Host, secrets: Secrets) -> tuple[Resource, ...]:
    """All Resources. Links that enable services come last: runsvdir starts what it finds complete. Pure."""
    made: list[Resource] = []
    enabled = enabled_services(effective)
    if enabled:
        made.append(Directory(host.root.relocate(INIT_DIR)))
    if "registry" in enabled:
        made += registry_resources(effective, host, secrets)
        made += registry_service(effective, host)
    if "nginx" in enabled:
        made += nginx_resources(effective, host)
        made += nginx_service(effective, host)
    made += [
        service_link(name, host) if name in enabled else no_service_link(name, host)
        for name in ("registry", "nginx")
    ]
    return tuple(made)
