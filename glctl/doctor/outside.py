"""The registry's public address, and what clients meet there."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE
from glctl.settings.urls import DEFAULT_PORTS, Url, parse_url

if TYPE_CHECKING:
    from glctl.clients.distribution import Ping
    from glctl.clients.http import Client
    from glctl.doctor.facts import Facts
    from glctl.doctor.gitlab import GitLab
    from glctl.doctor.intended import Intended
    from glctl.doctor.observed import Observed


class Public:
    """The public address as this host resolves it; what is asked there is asked once."""

    def __init__(self, url: Url, client: Client) -> None:
        self.url = url
        self.origin = url.origin
        self._client = client

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """What its name resolves to on this host."""
        from glctl.clients.names import resolve

        return resolve(self.url.host)

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
        """Whether this host knows the name as that of another machine: then it is one that knows names."""
        from glctl.clients.names import is_own

        return any(each != self.url.host and not is_own(each) for each in self.addresses)


def look(facts: Facts) -> Public:
    """The public address, and what clients meet there."""
    gitlab = None
    with suppress(NotTriedError, GlctlError, PermissionError):
        gitlab = facts.tokens().gitlab()
    try:
        named = named_in(facts.intended())
    except PermissionError:
        named = named_without_secrets(facts.observed)
    return Public(public_url(facts.observed, gitlab, named), facts.outside())


def public_url(observed: Observed, gitlab: GitLab | None, named: Url | None) -> Url:
    """What clients use: what GitLab tells them, else what gitlab.rb says (*named*), else what nginx shows."""
    vhost = observed.vhost
    shown = vhost.public if vhost else None
    if gitlab and gitlab.host and shown:
        return Url(shown.scheme, gitlab.host, gitlab.port or DEFAULT_PORTS[shown.scheme])
    # Where nginx itself ends TLS, its files are what counts: gitlab.rb may be ahead of them.
    if named and not (shown and shown.scheme == "https" and named.scheme == "http"):
        return named
    if shown is None:
        raise NotTriedError("neither gitlab.rb nor nginx's files tell the registry's public address")
    return shown


def named_in(intended: Intended) -> Url | None:
    """The address that gitlab.rb says, if it can be used."""
    if intended.configuration is None:
        return None
    return _url(intended.configuration.effective["registry_external_url"])


def named_without_secrets(observed: Observed) -> Url | None:
    """The address that gitlab.rb says to a user who may read it, but not the secrets beside it."""
    from glctl.converge.desired import settings_alone

    try:
        settings = settings_alone(observed.root, observed.root.at(CONFIG_FILE), observed.platform)
    except (GlctlError, PermissionError):
        return None
    return _url(settings.get("registry_external_url"))


def _url(written: Any) -> Url | None:
    try:
        return parse_url(str(written or ""))
    except ValueError:
        return None
