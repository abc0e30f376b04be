"""The registry's new config.yml, changed so that it can be tried beside the one that runs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Parts of the storage section that are no driver (distribution, configuration.md).
_NO_DRIVERS = frozenset({"cache", "delete", "maintenance", "redirect", "tag"})


def parse(content: bytes) -> dict[str, Any]:
    """A config.yml as the registry reads it; empty where it is none."""
    import yaml

    try:
        config = yaml.safe_load(content)
    except yaml.YAMLError:
        return {}
    return config if isinstance(config, dict) else {}


def stores_in(content: bytes) -> dict[str, Any]:
    """Where a registry with this config.yml keeps what is pushed: its drivers and its database."""
    config = parse(content)
    storage = config.get("storage") or {}
    drivers = {name: value for name, value in storage.items() if name not in _NO_DRIVERS}
    return {"storage": drivers, "database": config.get("database")}


def for_trial(content: bytes, socket: str, bundle: str = "") -> bytes:
    """The same config.yml on a unix *socket*, without a debug port, leaving storage alone.

    *bundle* replaces the certificates that it checks tokens with, where those are not in place yet.
    """
    import yaml

    config = parse(content)
    http = {key: value for key, value in (config.get("http") or {}).items() if key != "debug"}
    config["http"] = {**http, "net": "unix", "addr": socket}
    config["storage"] = _without_purge(config.get("storage") or {})
    if bundle and "token" in (config.get("auth") or {}):
        config["auth"]["token"]["rootcertbundle"] = bundle
    return yaml.safe_dump(config, allow_unicode=True).encode()


def _without_purge(storage: Mapping[str, Any]) -> dict[str, Any]:
    """A registry begins to delete old uploads up to an hour after its start, perhaps at once."""
    maintenance = storage.get("maintenance") or {}
    if not isinstance(maintenance, dict):
        return dict(storage)  # it will say so itself
    purging = maintenance.get("uploadpurging") or {}
    if not isinstance(purging, dict):
        return dict(storage)
    return {**storage, "maintenance": {**maintenance, "uploadpurging": {**purging, "enabled": False}}}
