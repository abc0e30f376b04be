"""``glctl registry-garbage-collect``: delete what no image needs any more."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from glctl.commands import run_options
from glctl.commands.interruption import finishing
from glctl.console import harmless
from glctl.converge.collectable import examine_garbage
from glctl.converge.descriptors import after_collection
from glctl.converge.desired import examine
from glctl.converge.garbage import accept_pushes, collect, look
from glctl.converge.images import blob_bytes
from glctl.converge.state import locked
from glctl.converge.tree import Tree
from glctl.errors import UsageError

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.collectable import Garbage
    from glctl.converge.collection import Collection
    from glctl.converge.garbage import Collected

_LISTED = 20
_EVERY = 0.2  # seconds between two looks at the progress


@click.command(short_help="Delete what no image needs any more from the registry's storage.")
@click.option("-m", "--delete-untagged", "untagged", is_flag=True, help="Delete images without a tag, too.")
@click.option("-d", "--dry-run", is_flag=True, help="Show what would be deleted, and delete nothing.")
@click.option("--sole-writer", is_flag=True, help="No other node writes to this storage until it has ended.")
@run_options.wait
@click.option("--yes", is_flag=True, help="Do not ask before -m deletes what it has shown.")
@click.pass_obj
def command(
    context: Context, untagged: bool, dry_run: bool, sole_writer: bool, wait: float, yes: bool
) -> None:
    """Have the registry delete the layers that no image needs any more, and say what that freed.

    Meanwhile the registry refuses pushes, and pulls go on: it is restarted twice. If this is killed, the next
    reconfigure or registry-garbage-collect lets pushes in again.
    """
    arguments = " -m" if untagged else ""
    context.require_own_host("glctl registry-garbage-collect", f"registry-garbage-collect{arguments}")
    if untagged and not (dry_run or yes or sys.stdin.isatty()):
        raise UsageError(
            "-m deletes images, and there is no terminal to ask on.",
            "Look first: glctl registry-garbage-collect -m --dry-run. Then say --yes.",
        )
    configuration = examine(context.root, context.config_file, context.platform).require_sound()
    garbage = examine_garbage(configuration, untagged=untagged, sole_writer=sole_writer, dry_run=dry_run)
    progress = _Progress(context)
    if garbage.left and not dry_run:
        with locked(Tree(context.root), wait, progress.tell):
            progress.tell("An earlier run has not come to its end.")
            accept_pushes(garbage, progress.tell)
    shown = look(garbage, progress.show)  # the registry is not restarted where there is nothing to collect
    progress.end()
    if not (shown.manifests or shown.blobs):
        context.console.out("There is nothing to delete.")
        return
    if dry_run or untagged:
        _show(context, garbage, shown)
    if dry_run or not _wants(shown, yes):
        context.console.out("Nothing was deleted.")
        return
    with locked(Tree(context.root), wait, progress.tell) as lock, finishing():
        # Once more under the lock: another run may have been at work until now.
        garbage = examine_garbage(configuration, untagged=untagged, sole_writer=sole_writer)
        done = collect(garbage, shown if untagged else None, lock.descriptor, progress.tell, progress.show)
    context.console.out(_summary(done))
    what, remedy = after_collection(configuration.effective)
    if what:
        context.console.note(f"note: {what}" + f"\n  -> {remedy}" * bool(remedy))


def _wants(shown: Collection, yes: bool) -> bool:
    """Whether to go on: asks about images that are to go, unless there are none or *yes*."""
    if not shown.manifests or yes:
        return True
    return click.confirm(f"Delete {_count(len(shown.manifests), 'image')} for good?", err=True)


def _show(context: Context, garbage: Garbage, found: Collection) -> None:
    """What would be deleted."""
    listed = found.manifests if context.console.verbose else found.manifests[:_LISTED]
    for manifest in listed:
        context.console.out(f"- {harmless(str(manifest))}")
    if more := len(found.manifests) - len(listed):
        context.console.out(f"  and {more} more (-v shows all)")
    size = f" ({_bytes(blob_bytes(garbage.images, found.blobs))})" if garbage.images else ""
    blobs, manifests = _count(len(found.blobs), "blob"), _count(len(found.manifests), "manifest")
    context.console.out(f"To be deleted: {manifests}, {blobs}{size}.")


def _summary(done: Collected) -> str:
    freed = "" if done.freed is None else f": {_bytes(done.freed)} freed"
    return f"Deleted {_count(done.manifests, 'manifest')} and {_count(done.blobs, 'blob')}{freed}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _bytes(number: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


class _Progress:
    """A line on the terminal that says how far the collector is; nothing where there is no terminal."""

    def __init__(self, context: Context) -> None:
        self._console = context.console
        self._terminal = sys.stderr.isatty()
        self._next = 0.0

    def show(self, found: Collection) -> None:
        if not self._terminal or (now := time.monotonic()) < self._next:
            return
        self._next = now + _EVERY
        unused = len(found.manifests) + len(found.blobs)
        sys.stderr.write(
            f"\r\x1b[Krepositories: {found.repositories}, in use: {found.marked}, unused: {unused}"
        )
        sys.stderr.flush()

    def tell(self, line: str) -> None:
        """Say *line* below what was shown so far."""
        self.end()
        self._console.note(line)

    def end(self) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
