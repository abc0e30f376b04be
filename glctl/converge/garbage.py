"""Collecting garbage: the registry's own collector, while no push can come between what it marks and what it
deletes.

Meanwhile the registry is read-only, and pulls go on: a run like any other to files with one variable more,
and one back. In between the applied record is missing. After a kill at any point the next run takes the
variable away and restarts the registry; until then it refuses pushes, and loses nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.converge import rendered
from glctl.converge.bring_up import Options
from glctl.converge.carry_out import carry_out
from glctl.converge.collection import NOTHING_PUSHED, Collection
from glctl.converge.images import blob_bytes
from glctl.converge.preflight import preflight
from glctl.converge.prepare import prepare
from glctl.converge.read_only import READ_ONLY
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.render.registry import RESTART
from glctl.render.resources import Account, File
from glctl.secret import mask_line
from glctl.services.catalog import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from subprocess import Popen

    from glctl.converge.collectable import Garbage
    from glctl.converge.prepare import Prepared

    Tell = Callable[[str], None]
    Watch = Callable[[Collection], None]  # is called after each line that the collector writes

_SETPRIV = "/usr/bin/setpriv"  # util-linux, which Debian cannot be without
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SHOWN = 10
_BRIEF = Options(watch=0)  # it ran on the same before


@dataclass(frozen=True, slots=True)
class Collected:
    """What was deleted. *freed*: bytes on disk; None where that cannot be measured."""

    manifests: int
    blobs: int
    freed: int | None


def look(garbage: Garbage, watch: Watch, lock: int | None = None) -> Collection:
    """What would be deleted now. The collector keeps *lock* (a descriptor), if it is given.

    Raises GlctlError where the collector gives up, or would break an image.
    """
    found = _run(garbage, watch, lock, dry_run=True)
    if not found.needed:
        return found
    lines = [f"  {harmless(str(manifest))}" for manifest in found.needed[:_SHOWN]]
    lines += [f"  and {len(found.needed) - _SHOWN} more"] * (len(found.needed) > _SHOWN)
    raise GlctlError(
        "\n".join(["With -m the collector would delete parts of images for several platforms:", *lines]),
        "They have no tags of their own, and this collector takes them for unused. Run it without -m.",
    )


def collect(garbage: Garbage, shown: Collection | None, lock: int, tell: Tell, watch: Watch) -> Collected:
    """Collect. The caller holds *lock*. Raises GlctlError.

    *shown*: what an administrator has agreed to; where more manifests would go, nothing is deleted.
    """
    with _read_only(garbage, tell):
        if shown is not None:
            tell("Looking once more, now that nobody pushes.")
            if more := {*look(garbage, watch, lock).manifests} - {*shown.manifests}:
                raise GlctlError(
                    f"{len(more)} more manifests have lost their tags meanwhile. Nothing was deleted.",
                    "Run it again, and look at them.",
                )
        before = blob_bytes(garbage.images) if garbage.images else 0
        tell("Collecting.")
        done = _run(garbage, watch, lock)
        freed = max(0, before - blob_bytes(garbage.images)) if garbage.images else None
    return Collected(len(done.manifests), len(done.blobs), freed)


def accept_pushes(garbage: Garbage, tell: Tell) -> None:
    """Have the registry as gitlab.rb says again. The caller holds the lock. Raises GlctlError."""
    tell("Accepting pushes again.")
    try:
        carry_out(prepare(garbage.configuration), tell, _BRIEF)
    except BaseException:  # an impatient Ctrl-C, too
        tell("The registry may still refuse pushes. To let them in: glctl reconfigure")
        raise


@contextmanager
def _read_only(garbage: Garbage, tell: Tell) -> Iterator[None]:
    """Have the registry read-only, and afterwards, whatever happens, as it was."""
    configuration = garbage.configuration
    tree = Tree(configuration.host.root)
    try:
        prepared = _prepare_read_only(garbage, tree)
        preflight(prepared)
        tell("No push is accepted until this has ended; pulls go on.")
        carry_out(prepared, tell, _BRIEF)
        Applied(tree).forget(REGISTRY.name)
        yield
    finally:
        accept_pushes(garbage, tell)


def _prepare_read_only(garbage: Garbage, tree: Tree) -> Prepared:
    variable = File(garbage.variable, READ_ONLY, notifies=RESTART)
    others = rendered.resources(garbage.configuration, tree)
    resources = (*(r for r in others if isinstance(r, Account) or r.path != variable.path), variable)
    return replace(prepare(garbage.configuration, resources), temporary=True)


def _run(garbage: Garbage, watch: Watch, lock: int | None, *, dry_run: bool = False) -> Collection:
    """Run the collector to its end. Raises GlctlError where it gives up."""
    found = Collection()
    with _start(garbage, lock, dry_run) as process:
        try:
            for line in process.stdout or ():
                found.read(line.rstrip("\n"))
                watch(found)
        except BaseException:  # Ctrl-C, mostly; else it would be waited for
            process.terminate()
            raise
    if process.returncode and NOTHING_PUSHED not in found.failure:
        words = [found.failure] if found.failure else found.last_words
        said = "".join(f"\n    {harmless(mask_line(word))}" for word in words)
        raise GlctlError(
            f"The registry's collector gave up (exit code {process.returncode}):{said}",
            "What it had not yet deleted is still there. Mend that and run it again.",
        )
    return found


def _start(garbage: Garbage, lock: int | None, dry_run: bool) -> Popen[str]:
    """The collector, as the registry's account and with its environment, in its home.

    It ends with us: alone it would go on while another run lets pushes in. Should the kernel be late with
    that, it still holds the lock.
    """
    import subprocess

    configuration = garbage.configuration
    effective, host = configuration.effective, configuration.host
    user, group = effective["registry.username"], effective["registry.group"]
    account = ["-u", f"{user}:{group}"] if host.has_account(user, group) else []
    command = [host.platform.chpst.path, "-e", effective["registry.env_directory"], *account]
    command += [_SETPRIV, "--pdeathsig", "KILL", host.platform.registry.path, "garbage-collect"]
    command += ["-d"] * dry_run + ["-m"] * garbage.untagged + [f"{effective['registry.dir']}/config.yml"]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=effective["registry.dir"],
        env={"PATH": _PATH},
        start_new_session=True,  # Ctrl-C is for us, who end it
        pass_fds=() if lock is None else (lock,),
    )
