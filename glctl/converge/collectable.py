"""Whether garbage can be collected here without a loss, told before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glctl.converge.generations import Generations
from glctl.converge.images import empty_links
from glctl.converge.mounts import mount_of
from glctl.converge.prepare import prepare
from glctl.converge.read_only import variable_in
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.services.catalog import REGISTRY
from glctl.settings.drivers import DRIVERS
from glctl.settings.enabled import enabled_services
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from glctl.converge.desired import Configuration

_DEFAULT_DIRECTORY = "/var/lib/registry"  # the filesystem driver's, where no rootdirectory is named
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Garbage:
    """What is to be collected. *untagged*: manifests that no tag names, too. *images*: where the filesystem
    driver keeps them; None with another driver. *left*: an earlier run has left the registry owed a restart.
    """

    configuration: Configuration
    untagged: bool = False
    images: Path | None = None
    left: bool = False

    @property
    def variable(self) -> str:
        """The file that makes the registry read-only."""
        return variable_in(self.configuration.effective["registry.env_directory"])


def examine_garbage(
    configuration: Configuration, *, untagged: bool, sole_writer: bool, dry_run: bool = False
) -> Garbage:
    """What can be collected here. Raises GlctlError where that would not be safe, or could not be done.

    A dry run restarts nothing: it goes by what was applied last, whatever gitlab.rb says by now.
    """
    configuration = _applied(configuration) if dry_run else configuration
    effective = configuration.effective
    if REGISTRY.name not in enabled_services(effective):
        raise GlctlError("The registry is not enabled here: there is nothing to collect.")
    if _has_database(effective["registry.database"]):
        raise GlctlError(
            "This registry has a metadata database and collects its garbage itself. The collector meant here "
            "knows nothing of the database, and would delete what is in use.",
            "Leave it to the registry's own: see registry['gc'].",
        )
    storage = effective["registry.storage"]
    driver = next((name for name in storage if name in DRIVERS), "")
    if driver == "inmemory":
        raise GlctlError("Images are kept in memory only: a restart of the registry collects them all.")
    images = None
    if driver == "filesystem":
        named = (storage[driver] or {}).get("rootdirectory") or _DEFAULT_DIRECTORY
        images = Path(effective["registry.dir"], named)  # it is started in its home
    if not sole_writer:
        _refuse_other_writers(driver, images)
    garbage = Garbage(configuration, untagged, images)
    left = not dry_run and _require_converged(garbage)
    if images:
        _require_links(images, untagged)
    return replace(garbage, left=left)


def _has_database(database: Any) -> bool:
    """Whether it is on, or may be: ``prefer`` uses one that is there."""
    enabled = database.get("enabled") if isinstance(database, Mapping) else None
    return counts_as_true(enabled) and str(enabled).lower() != "false"


def _refuse_other_writers(driver: str, images: Path | None) -> None:
    """Refuse storage that other nodes may write to: only this node's registry can be kept from it."""
    where = f"Images lie in object storage ({driver})"
    if images:
        mount = mount_of(images.resolve())
        if not mount.is_shared:
            return
        where = f"{images} lies on {mount.point}, of the kind {mount.kind}"
    raise GlctlError(
        f"{where}: other nodes may write there. What another node's push has just stored, and no manifest "
        "names yet, would be deleted: that push succeeds, and pulls of its image fail for good.",
        "Where no other registry writes there until it has ended, say so: --sole-writer",
    )


def _applied(configuration: Configuration) -> Configuration:
    """What this host was seen up with last. Raises GlctlError where that is nothing."""
    host = configuration.host
    if last := Generations(Tree(host.root)).last():
        return last.configuration(host.root, host.platform)
    raise GlctlError("No registry has been set up here yet.", "Run first: glctl reconfigure")


def _require_converged(garbage: Garbage) -> bool:
    """Refuse where the registry would be restarted on more than what an earlier collection has left; returns
    whether one has.
    """
    prepared = prepare(garbage.configuration)
    others = prepared.plan.paths - {garbage.variable}
    services = {due.service for due in prepared.due if not due.stopped} - {REGISTRY.name}
    if others or services or prepared.plan.obstacles:
        _applied(garbage.configuration)
        raise GlctlError(
            "This host is not as gitlab.rb says, and the registry is restarted on the way.",
            "Run first: glctl reconfigure",
        )
    return prepared.changed


def _require_links(images: Path, untagged: bool) -> None:
    """Refuse where the collector would give up half-way."""
    found = [*empty_links(images, tags=untagged)]
    if not found:
        return
    lines = [f"  {link}" for link in found[:_SHOWN]]
    lines += [f"  and {len(found) - _SHOWN} more"] * (len(found) > _SHOWN)
    count = f"{len(found)} link files are" if len(found) > 1 else "One link file is"
    raise GlctlError(
        "\n".join([f"{count} empty, which makes the collector give up:", *lines]),
        "What they named cannot be pulled. Remove the directory of each, and push those images again.",
    )
