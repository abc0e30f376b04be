"""The registry's public address, and what clients meet there."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from functools import cached_property
from typing import TYPE_CHECKING

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE
from glctl.settings.urls import DEFAULT_PORTS, Url, parse_url

if TYPE_CHECKING:
    from glctl.clients.distribution import Ping
    from glctl.clients.http import Client
    from glctl.doctor.gitlab import GitLab
    from glctl.doctor.observed import Observed


class Public:
    """The public address as this host resolves it; what is asked there is asked once."""

    def __init__(self, observed: Observed, gitlab: GitLab | None, client: Client) -> None:
        self.url = public_url(observed, gitlab)
        self.origin = self.url.origin
        self._client = client

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """What its name resolves to on this host."""
        return addresses(self.url.host)

    @cached_property
    def ping(self) -> Ping:
        """``GET /v2/`` there, without a token."""
        from glctl.clients.distribution import ping

        return ping(self._client, self.origin)

    @property
    def answers(self) -> bool:
        """Whether anything answers there."""
        return self.ping.exchange.status is not None

    @property
    def is_resolved(self) -> bool:
        """Whether this host knows the name, and as more than a name for itself."""
        return any(each != self.url.host and is_elsewhere(each) for each in self.addresses)


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
