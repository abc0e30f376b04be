"""What follows for the log services: ``logging[…]`` holds for each service that says nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.settings.option import counts_as_true

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
    if not counts_as_true(host):
        return
    target = f"{host}:{port}" if port else str(host)
    _ship(draft, "logging.svlogd_udp", target, key, "logging.udp_log_shipping_port")
    name = draft.host.fqdn.partition(".")[0]
    for service in _SERVICES:
        _ship(draft, f"{service}.svlogd_prefix", f"{name} {service}: ", key, "this host's name")


def _ship(draft: Draft, setting: str, value: str, *sources: str) -> None:
    if not counts_as_true(draft.get(setting)):  # false, which elsewhere drops the line, does not here
        draft.set(setting, value, *sources)


def shared(draft: Draft) -> None:
    """Each service's own settings count more than those of all."""
    for service in _SERVICES:
        for name in _SHARED:
            draft.fill(f"{service}.{name}", draft.get(f"logging.{name}"), f"logging.{name}")


RULES = (shipping, shared)
