"""The registry's public address, and what clients meet there."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from typing import TYPE_CHECKING

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE
from glctl.settings.urls import DEFAULT_PORTS, Url, parse_url

if TYPE_CHECKING:
    from glctl.doctor.gitlab import GitLab
    from glctl.doctor.observed import Observed


def public_url(observed: Observed, gitlab: GitLab | None) -> Url:
    """What clients use: what GitLab tells them, else what gitlab.rb says, else what nginx's files show."""
    vhost = observed.vhost
    shown = vhost.public if vhost else None
    if gitlab and gitlab.host and shown:
        return Url(shown.scheme, gitlab.host, gitlab.port or DEFAULT_PORTS[shown.scheme])
    named = _in_gitlab_rb(observed)
    # Where nginx itself ends TLS, its files are what counts: gitlab.rb may be ahead of them.
    if named and not (shown and shown.scheme == "https" and named.scheme == "http"):
        return named
    if shown is None:
        raise NotTriedError("neither gitlab.rb nor nginx's files tell the registry's public address")
    return shown


def addresses(host: str) -> tuple[str, ...]:
    """What *host* resolves to on this host; nothing where it does not."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_elsewhere(address: str) -> bool:
    """Whether *address* is none of this host's loopback addresses."""
    with contextlib.suppress(ValueError):
        return not ipaddress.ip_address(address.partition("%")[0]).is_loopback
    return False


def _in_gitlab_rb(observed: Observed) -> Url | None:
    from glctl.converge.desired import examine

    if observed.source != "disk" or not observed.root.at(CONFIG_FILE).exists():
        return None
    try:
        configuration = examine(observed.root, observed.root.at(CONFIG_FILE), observed.platform)
        return parse_url(str(configuration.effective["registry_external_url"] or ""))
    except (GlctlError, ValueError):  # what is wrong with gitlab.rb is said elsewhere
        return None
