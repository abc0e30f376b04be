"""Whether a service is really up: not only its process, but what it is there for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.settings.urls import split_address

if TYPE_CHECKING:
    from glctl.services.catalog import Service
    from glctl.settings.effective import Effective

TIMEOUT = (
    15.0  # seconds until a service must answer; a registry takes 0.4 s, a slow object store some seconds
)
_POLL = 0.05


def probe_url(service: Service, effective: Effective) -> tuple[str, tuple[str, int]] | None:
    """What to ask a service for and where it listens; None where there is nothing to ask."""
    if service.name == "registry":
        host, port = split_address(effective["registry.registry_http_addr"])
        at = (_reachable(host), port)
        return f"http://{_bracketed(at[0])}:{port}/v2/", at
    if not effective["registry.nginx.enable"] or not effective["registry.nginx.listen_addresses"]:
        return None
    scheme = "https" if effective["registry.nginx.listen_https"] else "http"
    port = int(effective["registry.nginx.listen_port"])
    at = (_reachable(str(effective["registry.nginx.listen_addresses"][0]).strip("[]")), port)
    return f"{scheme}://{effective['gitlab_rails.registry_host']}:{port}/v2/", at


def await_answer(service: Service, effective: Effective, timeout: float = TIMEOUT) -> str:
    """Wait until ``/v2/`` is answered as a registry does; returns why not, or nothing once it is."""
    from glctl.clients.http import Client

    target = probe_url(service, effective)
    if target is None or (service.name == "nginx" and effective["registry.nginx.proxy_protocol"] is True):
        return ""
    url, at = target
    port = at[1]
    named = _named_address(url, port)
    deadline = time.monotonic() + timeout
    with Client(connect_to={named: at}, verify=False, connect_timeout=2.0, read_timeout=5.0) as client:
        while True:
            exchange = client.request("GET", url)
            if exchange.failure is None and exchange.status in (200, 401):
                return ""
            reason = exchange.failure.message if exchange.failure else f"{url} answered {exchange.status}"
            if time.monotonic() >= deadline:
                return reason
            time.sleep(_POLL)


def _named_address(url: str, port: int) -> tuple[str, int]:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or "", port


def _reachable(host: str) -> str:
    """The address to ask where a service listens on every one."""
    return {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
