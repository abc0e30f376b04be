"""What follows from the two addresses: whether the registry runs, where nginx listens, TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.settings.enabled import registry_wanted
from glctl.settings.option import counts_as_true
from glctl.settings.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from glctl.settings.draft import Draft

_URL = "registry_external_url"


def rails(draft: Draft) -> None:
    """GitLab itself is at home on an Omnibus host, and nowhere else."""
    key = "gitlab_rails.enable"
    if not draft.host.platform.rails:
        draft.set(key, False, because="GitLab itself does not run on this kind of host")
    else:
        draft.fill(key, True, because="this is an Omnibus host")


def enable(draft: Draft) -> None:
    """An address enables the registry. Without it, nginx serves GitLab on an Omnibus host, else nothing."""
    if registry_wanted(draft.settings):
        draft.fill("registry.enable", True, _URL)
    if not draft.get("registry.enable") and not draft.host.platform.rails:
        draft.set("nginx.enable", False, "registry.enable", because="without the registry it serves nothing")


def registry_address(draft: Draft) -> None:
    """Where GitLab finds the registry, and where nginx listens for it."""
    url = draft.url(_URL)
    if url is None:
        return
    if draft.get("registry.enable"):
        draft.set("gitlab_rails.registry_enabled", True, "registry.enable")
    draft.set("gitlab_rails.registry_host", url.host, _URL)
    draft.fill("registry.nginx.listen_port", url.port, _URL)
    if url.port not in DEFAULT_PORTS.values():
        draft.set("gitlab_rails.registry_port", url.port, _URL)
    listen = "registry.registry_http_addr"
    draft.fill("gitlab_rails.registry_api_url", f"http://{draft.get(listen)}", listen)


def https(draft: Draft) -> None:
    """An https address counts more than what gitlab.rb says of https; TLS may end elsewhere all the same."""
    key = "registry.nginx.https"
    url = draft.url(_URL)
    if url is not None and url.scheme == "https":
        draft.set(key, True, _URL)
    draft.fill("registry.nginx.listen_https", draft.get(key), key)


def certificates(draft: Draft) -> None:
    """Certificates are named after the address; after this host, where TLS is forced on a http address."""
    if not draft.get("registry.nginx.listen_https"):
        return
    url = draft.url(_URL)
    https_host = url.host if url is not None and url.scheme == "https" else ""
    place = f"/etc/gitlab/ssl/{https_host or draft.host.fqdn}"
    source = _URL if https_host else "this host's name"
    draft.fill("registry.nginx.ssl_certificate", f"{place}.crt", source)
    draft.fill("registry.nginx.ssl_certificate_key", f"{place}.key", source)


def token_realm(draft: Draft) -> None:
    """GitLab's own address is where clients get their tokens."""
    if draft.url(_URL) and counts_as_true(draft.get("external_url")):
        draft.fill("registry.token_realm", draft.get("external_url"), "external_url")


RULES = (rails, enable, registry_address, https, certificates, token_realm)
