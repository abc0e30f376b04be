"""What follows for the log services: ``logging[…]`` holds for each service that says nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.settings.draft import Draft

_SERVICES = ("registry", "nginx")
_SHARED = (
    "svlogd_size",
    "svlogd_num",
    "svlogd_timeout",
    "svlogd_filter",
    "svlogd_udp",
    "svlogd_prefix",
    "log_group",
)


def shipping(draft: Draft) -> None:
    """Lines shipped by UDP begin with the host and the service."""
    key = "logging.udp_log_shipping_host"
    host, port = draft.get(key), draft.get("logging.udp_log_shipping_port")
    if not host:
        return
    target = f"{host}:{port}" if port else str(host)
    draft.fill("logging.svlogd_udp", target, key, "logging.udp_log_shipping_port")
    name = draft.host.fqdn.partition(".")[0]
    for service in _SERVICES:
        draft.fill(f"{service}.svlogd_prefix", f"{name} {service}: ", key, "this host's name")


def shared(draft: Draft) -> None:
    """Each service's own settings count more than those of all."""
    for service in _SERVICES:
        for name in _SHARED:
            draft.fill(f"{service}.{name}", draft.get(f"logging.{name}"), f"logging.{name}")


RULES = (shipping, shared)
