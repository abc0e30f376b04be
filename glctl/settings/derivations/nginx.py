"""What follows for nginx: the headers that it passes on, client addresses, processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.settings.draft import given
from glctl.settings.schema import OPTIONS

if TYPE_CHECKING:
    from glctl.settings.draft import Draft


def headers(draft: Draft) -> None:
    """The scheme is the address's, whoever ends TLS. gitlab.rb adds and replaces; with nil it removes."""
    key = "registry.nginx.proxy_set_headers"
    url = draft.url("registry_external_url")
    behind = draft.get("registry.nginx.proxy_protocol")
    found: dict[str, Any] = {
        "Host": "$http_host",
        "X-Real-IP": "$proxy_protocol_addr" if behind else "$remote_addr",
        "X-Forwarded-For": "$proxy_protocol_addr" if behind else "$proxy_add_x_forwarded_for",
        "X-Forwarded-Proto": url.scheme if url else "$scheme",
    }
    if url and url.scheme == "https":
        found["X-Forwarded-Ssl"] = "on"
    own, _ = given(draft.settings, OPTIONS[key])  # with its nils
    if own is None or isinstance(own, Mapping):
        found |= {str(name): value for name, value in (own or {}).items()}
        kept = {name: value for name, value in found.items() if value is not None}
        draft.complete(key, kept, "registry_external_url", "registry.nginx.proxy_protocol")


def proxy_protocol(draft: Draft) -> None:
    """The load balancer's word on the client's address counts."""
    if draft.get("registry.nginx.proxy_protocol"):
        draft.fill("registry.nginx.real_ip_header", "proxy_protocol", "registry.nginx.proxy_protocol")


def workers(draft: Draft) -> None:
    """One worker per processor."""
    draft.fill("nginx.worker_processes", draft.host.cpus, because="one per processor")


RULES = (headers, proxy_protocol, workers)
