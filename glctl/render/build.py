"""Effective settings → every Resource of this host, in the order in which they must come to be."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.paths import INIT_DIR
from glctl.render.logrotate import logrotate_resources
from glctl.render.nginx import nginx_resources, no_virtual_host
from glctl.render.registry import registry_resources, secrets_file, token_key
from glctl.render.resources import Account, Directory
from glctl.render.runit import (
    logrotate_service,
    nginx_service,
    no_service_link,
    registry_service,
    service_link,
)
from glctl.render.systemd import no_supervisor_unit, supervisor_unit
from glctl.settings.enabled import enabled_services

if TYPE_CHECKING:
    from glctl.render.resources import Resource
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host
    from glctl.settings.secrets import Secrets


def resources(effective: Effective, host: Host, secrets: Secrets) -> tuple[Resource, ...]:
    """All Resources. Links that enable services come last: runsvdir starts what it finds complete. Pure.

    An Omnibus host keeps secrets, and GitLab the key that it signs with, whatever else is enabled.
    """
    made: list[Resource] = []
    enabled = enabled_services(effective)
    rails = host.platform.rails
    if enabled:
        made.append(Directory(host.root.relocate(INIT_DIR)))
    if (enabled or rails) and effective["package.generate_secrets_json_file"]:
        made.append(secrets_file(host, secrets))
    if effective["gitlab_rails.registry_enabled"] and (effective["gitlab_rails.enable"] or not rails):
        made += token_key(effective)
    if "registry" in enabled:
        made += registry_resources(effective, host)
        made += registry_service(effective, host)
    if "nginx" in enabled or (rails and "registry" in enabled):
        made += nginx_resources(effective, host)
    else:
        made.append(no_virtual_host(effective))
    if "nginx" in enabled:
        made += nginx_service(effective, host)
    ours = ("registry", "nginx", "logrotate") if host.platform.manages_services else ("registry", "nginx")
    if "logrotate" in enabled and "logrotate" in ours:
        made += logrotate_resources(effective, host)
        made += logrotate_service(effective, host)
    if host.boots_services and host.platform.manages_services:
        made += supervisor_unit(host) if enabled else no_supervisor_unit()
    made += [service_link(name, host) if name in enabled else no_service_link(name, host) for name in ours]
    return tuple(_tidy(resource) for resource in made)


def _tidy(resource: Resource) -> Resource:
    """One spelling for each path, where gitlab.rb has ``/srv//images/``."""
    if isinstance(resource, Account):
        return resource
    return replace(resource, path=re.sub("/+", "/", resource.path).rstrip("/") or "/")
