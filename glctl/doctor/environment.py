"""The registry's environment, which overrides its config.yml (distribution, "Override specific options")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "REGISTRY_"


def overridden(config: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """*config* with each ``REGISTRY_HTTP_ADDR=…`` of *variables* put where it belongs (``http: addr:``)."""
    result = dict(config)
    for name, text in variables.items():
        keys = overriding(name)
        if keys and text:
            result = _with(result, keys, _value(text))
    return result


def overriding(name: str) -> list[str]:
    """The keys of config.yml that the variable *name* sets a value below; none where it sets none."""
    keys = name.removeprefix(_PREFIX).lower().split("_")
    return keys if name.startswith(_PREFIX) and all(keys) else []


def _with(node: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    """A copy of *node* in which *value* stands below *keys*; the registry compares them without case."""
    wanted, *rest = keys
    key = next((known for known in node if str(known).lower() == wanted), wanted)
    if not rest:
        return {**node, key: value}
    inner = node.get(key)
    return {**node, key: _with(inner if isinstance(inner, dict) else {}, rest, value)}


def _value(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text
