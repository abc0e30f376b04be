"""What follows for the log services: ``logging[…]`` holds for each service that says nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from glctl.settings.draft import Draft

_SERVICES = ("registry", "nginx", "logrotate")
_SHARED = (
    "svlogd_size",
    "svlogd_num",
    "svlogd_timeout",
    "svlogd_filter",
    "svlogd_udp",
    "svlogd_prefix",
    "log_group",
)
_ROTATION = (
    "logrotate_frequency",
    "logrotate_size",
    "logrotate_maxsize",
    "logrotate_rotate",
    "logrotate_compress",
    "logrotate_dateformat",
    "logrotate_postrotate",
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


def rotation(draft: Draft) -> None:
    """What holds for all counts for nginx, too, whose own files logrotate rotates."""
    for name in _ROTATION:
        draft.fill(f"nginx.{name}", draft.get(f"logging.{name}"), f"logging.{name}")


def rotation_method(draft: Draft) -> None:
    """nginx is told to open new files, on an Omnibus host the old ones are copied.

    They are copied here, too, where only another group may pass through the log directory: nginx's workers
    open their files themselves, could not, and would write on into what is then compressed (observed).
    """
    key, group = "nginx.logrotate_method", "nginx.log_group"
    platform = draft.host.platform
    said = draft.get("logging.logrotate_method")
    if counts_as_true(said):
        draft.fill(key, said, "logging.logrotate_method")
    elif draft.get(group) not in (None, draft.get("web_server.group")):
        draft.fill(key, "copytruncate", group, because="nginx's workers may not open files there")
    else:
        draft.fill(key, platform.logrotate_method, because=f"usual on {platform.name}")


RULES = (shipping, shared, rotation, rotation_method)
