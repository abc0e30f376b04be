"""Images that a registry no longer finds because its storage moves: glctl copies none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.converge.images import MANY, count_repositories
from glctl.converge.trial_config import stores_in
from glctl.render.resources import File

if TYPE_CHECKING:
    from glctl.converge.prepare import Prepared


def left_behind(prepared: Prepared) -> tuple[str, str] | None:
    """That images stay where a new config.yml does not look, and what to do; None where none do."""
    config = f"{prepared.configuration.effective['registry.dir']}/config.yml"
    change = next((change for change in prepared.plan.changes if change.path == config), None)
    if change is None or not isinstance(change.resource, File):
        return None
    old, new = images_of(change.before.content), images_of(change.resource.content)
    if old is None or (new and _is_same(old, new)):
        return None
    left = count_repositories(old)
    there = count_repositories(new) if new else 0
    if there >= left:
        return None
    if new is None:
        where, how = "a storage of another kind", "push them again, or copy them with skopeo sync"
    else:
        where = f"{harmless(str(new))}, which holds {there or 'none'}"
        how = f"stop the registry and run: cp -a {harmless(str(old))}/. {harmless(str(new))}/"
    count = f"{left} repositories" if 1 < left < MANY else "1 repository" if left == 1 else f"{left} or more"
    return (
        f"{harmless(str(old))} holds {count}, and the registry is to look in {where}: nothing is copied.",
        f"Clients will be told that these images are unknown. To have them: {how}",
    )


def images_of(config: bytes) -> Path | None:
    """Where this config.yml keeps images, if that is a directory."""
    place = (stores_in(config)["storage"].get("filesystem") or {}).get("rootdirectory")
    return Path(place) if isinstance(place, str) and place else None


def _is_same(old: Path, new: Path) -> bool:
    return os.path.realpath(old) == os.path.realpath(new)
