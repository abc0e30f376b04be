"""The registry kept from accepting pushes, while its garbage is collected and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.converge.plan import Change

# Read by the registry over what config.yml says. With ``…_READONLY_ENABLED`` it panics (2.8.2, observed).
VARIABLE, READ_ONLY = "REGISTRY_STORAGE_MAINTENANCE_READONLY", b'{"enabled":true}'
INTERRUPTED = "it refuses pushes: a garbage collection was interrupted"


def variable_in(env_directory: str) -> str:
    """The file that makes the registry read-only."""
    return f"{env_directory}/{VARIABLE}"


def is_taken_away(changes: Iterable[Change]) -> bool:
    """Whether *changes* let pushes in again."""
    return any(change.action == "delete" and change.path.endswith(f"/{VARIABLE}") for change in changes)
