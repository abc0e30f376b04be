"""Where our services will listen: the setting, host and port of each address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.settings.enabled import enabled_services
from glctl.settings.urls import split_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.settings.effective import Effective

    Address = tuple[str, str, int]  # the setting, host without brackets, port


def listeners(effective: Effective) -> Iterator[Address]:
    """Every address of all services."""
    if "registry" in enabled_services(effective):
        yield ("registry.registry_http_addr", *split_address(effective["registry.registry_http_addr"]))
        if effective["registry.debug_addr"]:
            yield ("registry.debug_addr", *split_address(effective["registry.debug_addr"]))
    yield from nginx_listeners(effective)


def nginx_listeners(effective: Effective) -> Iterator[Address]:
    """Every address of nginx."""
    if "nginx" not in enabled_services(effective):
        return
    if effective["registry.nginx.enable"]:
        addresses = effective["registry.nginx.listen_addresses"]
        yield from (_listener("registry.nginx.listen_port", address, effective) for address in addresses)
        if effective["registry.nginx.listen_https"] and effective["registry.nginx.redirect_http_to_https"]:
            key = "registry.nginx.redirect_http_to_https_port"
            yield from (_listener(key, address, effective) for address in addresses)
    if effective["nginx.status.enable"]:
        addresses = effective["nginx.status.listen_addresses"]
        yield from (_listener("nginx.status.port", address, effective) for address in addresses)


def _listener(key: str, address: str, effective: Effective) -> Address:
    return key, str(address).strip("[]"), int(effective[key])
