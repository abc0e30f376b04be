"""The registry's environment variables, as Go programs read them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def value_of(environment: Mapping[str, Any], name: str) -> str:
    """A variable, or nothing."""
    value = environment.get(name)
    return value.reveal() if isinstance(value, Secret) else str(value or "")


def proxy_for(url: str, environment: Mapping[str, Any]) -> Secret | None:
    """The proxy that the registry's variables name for *url* (Go's rules); None where it goes directly."""
    parts = urlsplit(url)
    name = f"{parts.scheme}_proxy"
    proxy = value_of(environment, name.upper()) or value_of(environment, name)
    host = parts.hostname or ""
    if not proxy or host == "localhost" or _is_loopback(host):
        return None
    exempt = value_of(environment, "NO_PROXY") or value_of(environment, "no_proxy")
    if any(_exempts(entry.strip(), host, parts.port) for entry in exempt.split(",")):
        return None
    return Secret(proxy if "://" in proxy else f"http://{proxy}")


def _exempts(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of NO_PROXY (a host, ``.domain``, network or ``*``, perhaps with a port) means it."""
    if "/" in entry:
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, _, its_port = entry.partition(":")
    if its_port and its_port != str(port):
        return False
    domain = name.removeprefix("*").removeprefix(".")
    return name == "*" or bool(domain and (host == domain or host.endswith(f".{domain}")))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
