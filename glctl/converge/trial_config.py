"""The registry's new config.yml, changed so that it can be tried beside the one that runs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import yaml

    Keys = tuple[str, ...]

# Parts of the storage section that are no driver (distribution, configuration.md).
_NO_DRIVERS = frozenset({"cache", "delete", "maintenance", "redirect", "tag"})
_FAULT = Pattern(rb"  line (\d+):")  # yaml.v2, of what it cannot decode


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


def faults(lines: list[bytes], tried: bytes) -> dict[int, Keys]:
    """The keys that the YAML decoder finds fault with in *lines*, by the line of *tried* that it names."""
    named = {int(found[1]) for line in lines if (found := _FAULT.match(line))}
    keys_at = {line: keys for keys, line in _lines_by_keys(tried).items()} if named else {}
    return {line: keys_at[line] for line in sorted(named) if line in keys_at}


def in_place(lines: list[bytes], found: Mapping[int, Keys], live: bytes) -> list[bytes]:
    """*lines*, with the faults that are *found* in them where *live*, the config.yml to be, has them."""
    placed = _lines_by_keys(live) if found else {}

    def named(line: bytes) -> bytes:
        fault = _FAULT.match(line)
        keys = found.get(int(fault[1])) if fault else None
        if fault is None or keys is None or keys not in placed:
            return line
        return f"  line {placed[keys]} ({'.'.join(keys)}):".encode() + line[fault.end() :]

    return [named(line) for line in lines]


def _lines_by_keys(content: bytes) -> dict[Keys, int]:
    """The line, from 1, of all that a config.yml holds, by the keys that lead there (of a list, numbers)."""
    import yaml

    root = yaml.compose(content, Loader=yaml.SafeLoader)
    return dict(_below(root, ())) if root else {}


def _below(node: yaml.Node, keys: Keys) -> Iterator[tuple[Keys, int]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        parts = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        parts = [(str(n), item, item) for n, item in enumerate(node.value)]
    else:
        return
    for name, first, value in parts:
        yield (*keys, name), first.start_mark.line + 1
        yield from _below(value, (*keys, name))
