"""Whether a service is really up: not only its process, but what it is there for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.settings.urls import bracketed, split_address, to_ask

if TYPE_CHECKING:
    from glctl.services.catalog import Service
    from glctl.settings.effective import Effective

# Seconds until a service must answer; a registry takes 0.4 s, one with a slow object store some seconds.
TIMEOUT = 15.0
_POLL = 0.05


def probe_url(service: Service, effective: Effective) -> tuple[str, tuple[str, int]] | None:
    """What to ask a service for and where it listens; None where there is nothing to ask."""
    if service.name == "registry":
        host, port = split_address(effective["registry.registry_http_addr"])
        at = (to_ask(host), port)
        return f"http://{bracketed(at[0])}:{port}/v2/", at
    addresses = effective["registry.nginx.listen_addresses"]
    if not effective["registry.nginx.enable"] or not addresses or effective["registry.nginx.proxy_protocol"]:
        return None  # no virtual host, or one that we do not speak the language of
    scheme = "https" if effective["registry.nginx.listen_https"] else "http"
    at = (to_ask(str(addresses[0])), int(effective["registry.nginx.listen_port"]))
    return f"{scheme}://{effective['gitlab_rails.registry_host']}:{at[1]}/v2/", at


def await_answer(
    service: Service, effective: Effective, *, upstream_down: bool = False, timeout: float = TIMEOUT
) -> str:
    """Wait until *service* answers; returns why it does not, or nothing once it does.

    *upstream_down*: the registry is stopped on purpose, so nginx may answer for it with 502.
    """
    from glctl.clients.http import Client

    target = probe_url(service, effective)
    if target is None:
        return ""
    url, at = target
    deadline = time.monotonic() + timeout
    named = (urlsplit(url).hostname or "", at[1])
    with Client(connect_to={named: at}, verify=False, connect_timeout=2.0, read_timeout=5.0) as client:
        while True:
            exchange = client.request("GET", url)
            if exchange.status and is_answer(service, exchange.status, upstream_down):
                return ""
            reason = exchange.failure.message if exchange.failure else f"{url} answered {exchange.status}"
            if time.monotonic() >= deadline:
                return reason
            time.sleep(_POLL)


def is_answer(service: Service, status: int, upstream_down: bool = False) -> bool:
    """Whether this status of ``/v2/`` shows that the service is up.

    Whom nginx lets see what is the administrator's business: it may ask for a client's certificate (400) or
    know only some addresses (403).
    """
    if service.name == "registry":
        return status in (200, 401)
    return status < 500 or (upstream_down and status == 502)
