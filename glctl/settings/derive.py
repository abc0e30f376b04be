"""Defaults + gitlab.rb + what Omnibus derives from them → effective settings, each with its Origin.

The rules are Omnibus's (19.3), told from what it renders. What makes no sense, validate.py names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.secret import wrap
from glctl.settings.derivations import address, letsencrypt, logs, nginx, registry, roles
from glctl.settings.draft import Draft, merge
from glctl.settings.effective import Effective, Resolved
from glctl.settings.schema import OPTIONS

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.paths import Root
    from glctl.settings.host import Host
    from glctl.settings.secrets import Secrets

# In this order: a rule reads what those before it have set.
RULES = (
    *roles.RULES,
    *letsencrypt.BEFORE,
    *address.RULES,
    *letsencrypt.AFTER,
    *registry.RULES,
    *nginx.RULES,
    *logs.RULES,
)


def derive(settings: Settings, host: Host, secrets: Secrets) -> Effective:
    """All effective settings. Pure. Raises UsageError where gitlab-cluster.json holds what cannot be."""
    draft = Draft(settings, host)
    for rule in RULES:
        rule(draft)
    draft.values |= {f"registry.{name}": resolved for name, resolved in secrets.values.items()}
    draft.override(host.cluster or {})
    return _finished(draft)


def _finished(draft: Draft) -> Effective:
    """Fill in defaults, merge hashes over theirs, put every path below the root, wrap what is secret."""
    resolved: dict[str, Resolved] = {}
    for key, option in OPTIONS.items():
        found = draft.values.get(key, Resolved(option.default))
        value = found.value
        if isinstance(value, Mapping) and isinstance(option.default, Mapping):
            value = merge(option.default, value)
        if option.kind == "path":
            value = _placed(value, draft.host.root)
        if key == "registry.storage" and draft.host.root.relocated:
            value = _placed_storage(value, draft.host.root)
        resolved[key] = Resolved(wrap(value, option.path[-1]), found.origin)
    return Effective(resolved)


def _placed(path: Any, root: Root) -> Any:
    """A path below the root; on the machine itself as gitlab.rb has it."""
    if not root.relocated or not isinstance(path, str) or not path.startswith("/"):
        return path  # if it is none, validate.py names it
    return root.relocate(path)


def _placed_storage(storage: Any, root: Root) -> Any:
    filesystem = storage.get("filesystem") if isinstance(storage, Mapping) else None
    if not isinstance(filesystem, Mapping) or "rootdirectory" not in filesystem:
        return storage
    directory = _placed(filesystem["rootdirectory"], root)
    return {**storage, "filesystem": {**filesystem, "rootdirectory": directory}}
