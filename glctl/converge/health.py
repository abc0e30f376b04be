"""Whether a service is really up: not only its process, but what it is there for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.settings.urls import bracketed, split_address, to_ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.services.catalog import Service
    from glctl.settings.effective import Effective

# Seconds until a service must answer; a registry takes 0.4 s, one with a slow object store some seconds.
TIMEOUT = 10.0
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class Probe:
    """What to ask a service for, and where it listens."""

    url: str
    host: str
    port: int


def probe_of(service: Service, effective: Effective) -> Probe | None:
    """How to see that *service* answers; None where there is nothing to ask."""
    if service.name == "registry":
        host, port = split_address(effective["registry.registry_http_addr"])
        host = to_ask(host)
        return Probe(f"http://{bracketed(host)}:{port}/v2/", host, port)
    addresses = effective["registry.nginx.listen_addresses"]
    if (
        service.name != "nginx"
        or not effective["registry.nginx.enable"]
        or not addresses
        or effective["registry.nginx.proxy_protocol"]
    ):
        return None  # no virtual host, or one that we do not speak the language of
    scheme = "https" if effective["registry.nginx.listen_https"] else "http"
    port = int(effective["registry.nginx.listen_port"])
    url = f"{scheme}://{effective['gitlab_rails.registry_host']}:{port}/v2/"
    return Probe(url, to_ask(str(addresses[0])), port)


def await_answer(
    service: Service,
    probe: Probe,
    *,
    upstream_down: bool = False,
    timeout: float = TIMEOUT,
    given_up: Callable[[], str] = lambda: "",
) -> str:
    """Wait until *service* answers; returns why it does not, or nothing once it does.

    *upstream_down*: the registry is stopped on purpose, so nginx may answer for it with 502. *given_up* is
    asked before each try, and returns a reason to try no more.
    """
    from glctl.clients.http import Client

    deadline = time.monotonic() + timeout
    named = (urlsplit(probe.url).hostname or "", probe.port)
    at = {named: (probe.host, probe.port)}
    with Client(connect_to=at, verify=False, connect_timeout=1.0, read_timeout=1.0) as client:
        while not (reason := given_up()):
            exchange = client.request("GET", probe.url)
            if exchange.status and is_answer(service, exchange.status, upstream_down):
                return ""
            if time.monotonic() >= deadline:
                failed = exchange.failure
                return failed.message if failed else f"{probe.url} answered {exchange.status}"
            time.sleep(_POLL)
        return reason


def is_answer(service: Service, status: int, upstream_down: bool = False) -> bool:
    """Whether this status of ``/v2/`` shows that the service is up.

    Whom nginx lets see what is the administrator's business: it may ask for a client's certificate (400) or
    know only some addresses (403).
    """
    if service.name == "registry":
        return status in (200, 401)
    return status < 500 or (upstream_down and status == 502)
