"""Going back to a generation: what it rendered is applied as it was, through the gates of any other run.

What an administrator feeds glctl with, gitlab.rb and the secrets file, stays as it is, unless that is asked
for: then the present ones are put beside.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.converge.prepare import prepare
from glctl.converge.tree import Tree
from glctl.paths import SECRETS_FILE
from glctl.render.resources import File

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.converge.generations import Generation
    from glctl.converge.prepare import Prepared
    from glctl.paths import Root
    from glctl.render.resources import Resource
    from glctl.settings.platform import Platform

BESIDE = ".before-rollback"


def prepare_back(
    generation: Generation, root: Root, platform: Platform, *, restore_config: bool = False
) -> Prepared:
    """As :func:`prepare`, for going back to *generation*. Reads only.

    Secrets that are there now stay, unless with *restore_config*.
    """
    resources = generation.resources
    secrets = Tree(root).actual(root.relocate(SECRETS_FILE))
    if secrets.kind == "file" and not restore_config:
        resources = tuple(_with_secrets(each, secrets.content, root) for each in resources)
    prepared = prepare(generation.configuration(root, platform), resources)
    return replace(prepared, back_to=generation.number)


def _with_secrets(resource: Resource, content: bytes, root: Root) -> Resource:
    """*resource*; if it is the secrets file, then with *content*."""
    if isinstance(resource, File) and resource.path == root.relocate(SECRETS_FILE):
        return replace(resource, content=content)
    return resource


def set_aside(path: Path, content: bytes, tree: Tree) -> bool:
    """Put what *path* holds beside it, where it is not *content* already; returns whether that was so."""
    there = tree.actual(str(path))
    if there.kind != "file" or there.content == content:
        return False
    tree.write(f"{path}{BESIDE}", there.content, there.mode, (there.uid, there.gid))
    return True


def restore(path: Path, content: bytes, tree: Tree) -> None:
    """Write a generation's gitlab.rb to *path*, with the protection that it has there."""
    there = tree.actual(str(path), content=False)
    known = there.kind == "file"
    tree.write(str(path), content, there.mode if known else 0o600, (there.uid, there.gid) if known else None)
