"""Defaults + gitlab.rb + what Omnibus derives from them → effective settings, each with its Origin.

The rules are Omnibus's (19.3), told from what it renders. What makes no sense, validate.py names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.secret import wrap
from glctl.settings.derivations import address, logs, nginx, registry
from glctl.settings.draft import Draft, merge
from glctl.settings.effective import Effective, Resolved
from glctl.settings.schema import OPTIONS

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.settings.host import Host
    from glctl.settings.secrets import Secrets

# In this order: a rule reads what those before it have set.
RULES = (*address.RULES, *registry.RULES, *nginx.RULES, *logs.RULES)


def derive(settings: Settings, host: Host, secrets: Secrets) -> Effective:
    """All effective settings. Pure."""
    draft = Draft(settings, host)
    for rule in RULES:
        rule(draft)
    draft.values |= {f"registry.{name}": resolved for name, resolved in secrets.values.items()}
    return _finished(draft)


def _finished(draft: Draft) -> Effective:
    """Fill in defaults, merge hashes over theirs, put every path below the root, wrap what is secret."""
    resolved: dict[str, Resolved] = {}
    for key, option in OPTIONS.items():
        found = draft.values.get(key, Resolved(option.default))
        value = found.value
        if isinstance(value, Mapping) and isinstance(option.default, Mapping):
            value = merge(option.default, value)
        if option.kind == "path" and isinstance(value, str) and value.startswith("/"):
            value = draft.host.root.relocate(value)
        if key == "registry.storage":
            value = _relocated_storage(value, draft.host)
        resolved[key] = Resolved(wrap(value, option.path[-1]), found.origin)
    return Effective(resolved)


def _relocated_storage(storage: Any, host: Host) -> Any:
    filesystem = storage.get("filesystem") if isinstance(storage, Mapping) else None
    directory = filesystem.get("rootdirectory") if isinstance(filesystem, Mapping) else None
    if not isinstance(directory, str) or not directory.startswith("/"):
        return storage
    return {**storage, "filesystem": {**(filesystem or {}), "rootdirectory": host.root.relocate(directory)}}
