"""``glctl render``: every file that reconfigure would write, somewhere else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glctl.commands.completion import complete_directories
from glctl.converge.desired import examine
from glctl.converge.secrets import Generated
from glctl.errors import UsageError
from glctl.render.resources import Directory, File, Symlink
from glctl.settings.platform import PLATFORMS

if TYPE_CHECKING:
    from glctl.commands.context import Context


@click.command(short_help="Write every file that reconfigure would write below a directory.")
@click.option(
    "--output-dir",
    required=True,
    metavar="DIR",
    help="An empty or absent directory.",
    shell_complete=complete_directories,
)
@click.option(
    "--platform",
    type=click.Choice(["omnibus", "debian"]),
    help="For that kind of host; this one's where unset.",
)
@click.pass_obj
def command(context: Context, output_dir: str, platform: str | None) -> int:
    """Write every file that reconfigure would write below DIR, and touch nothing else.

    The files hold secrets and are yours alone (mode 0600, directories 0700); owners are not set.
    """
    target = Path(output_dir).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            f"{output_dir} is not an empty directory.", "Name a directory that does not exist yet."
        )
    chosen = PLATFORMS[platform] if platform else context.platform  # type: ignore[index]  # click.Choice
    sound = examine(context.root, context.config_file, chosen).require_sound()
    count = 0
    for resource in sound.with_secrets(Generated()).resources():
        if isinstance(resource, File | Directory | Symlink):
            path = target / Path(resource.path).relative_to(context.root.path)
            count += _write(path, resource)
    context.console.out(f"{count} files below {output_dir}, as on a host of platform {chosen.name}.")
    return 0


def _write(path: Path, resource: File | Directory | Symlink) -> int:
    """Write one Resource, and its directories, each for its owner alone; returns how many files that made."""
    _make(path if isinstance(resource, Directory) else path.parent)
    if isinstance(resource, Symlink):
        path.symlink_to(resource.target)
    elif isinstance(resource, File):
        mode = 0o700 if resource.mode & 0o100 else 0o600
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with open(fd, "wb") as file:
            file.write(resource.content)
        return 1
    return 0


def _make(directory: Path) -> None:
    if not directory.is_dir():
        if directory.exists():
            raise UsageError(f"{directory} is not a directory.")
        _make(directory.parent)
        directory.mkdir(mode=0o700)  # its parents' mode mkdir would take from the umask
