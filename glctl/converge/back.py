"""Going back to a generation: what it rendered is applied as it was, through the gates of any other run.

What an administrator feeds glctl with, gitlab.rb and the secrets file, stays as it is, unless that is asked
for: then what is there now is put beside.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from glctl.converge.carry_out import carry_out
from glctl.converge.plan import digests
from glctl.converge.prepare import prepare
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import SECRETS_FILE
from glctl.render.resources import File

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.converge.bring_up import Options
    from glctl.converge.carry_out import Result
    from glctl.converge.generations import Generation, Generations
    from glctl.converge.prepare import Prepared
    from glctl.converge.tree import Actual
    from glctl.paths import Root
    from glctl.render.resources import Resource
    from glctl.settings.platform import Platform

BESIDE = ".before-rollback"


def unseen(last: Generation, tree: Tree) -> tuple[str, ...]:
    """The services (``registry``, ``registry/log``) that were not last seen up on the *last* generation."""
    applied = Applied(tree)
    return tuple(name for name, wanted in digests(last.resources).items() if applied.digests(name) != wanted)


def choose(generations: Generations, number: int | None, tree: Tree) -> Generation:
    """Generation *number*, else the one before what is applied now: the last, if a later run did not end with
    all services up. Raises GlctlError where there is none.
    """
    if number is not None:
        return generations.get(number)
    kept = generations.all()
    if kept and not unseen(kept[-1], tree):
        kept = _older(kept)
    if not kept:
        raise GlctlError(
            "There is no older generation to go back to.",
            "See which there are: glctl history. To go to one of them: glctl rollback N",
        )
    return kept[-1]


def _older(kept: tuple[Generation, ...]) -> tuple[Generation, ...]:
    """What was before the last of *kept*: a second rollback goes further, and does not undo the first."""
    *older, now = kept
    if now.back_to is not None:
        older = sorted((each for each in older if each.first < now.first), key=lambda each: each.first)
    return tuple(older)


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


def carry_back(
    prepared: Prepared,
    config_file: Path | None,
    tell: Callable[[str], None],
    options: Options | None = None,
) -> Result:
    """As :func:`carry_out`, for going back. The caller holds the lock.

    With *config_file*, the generation's gitlab.rb is written there once services are up on its files; what it
    and the secrets file hold until then is put beside them first, under a name that nothing has yet.
    """
    if config_file is None:
        return carry_out(prepared, tell, options)
    tree, gitlab_rb = Tree(prepared.configuration.host.root), prepared.configuration.source.gitlab_rb
    there = tree.actual(str(config_file))
    if there.kind not in ("file", "absent"):
        raise GlctlError(
            f"{config_file} is no ordinary file, and is left alone.", "Go back without --restore-config."
        )
    secrets = tree.root.relocate(SECRETS_FILE)
    before = {change.path: change.before for change in prepared.plan.changes if change.path == secrets}
    if there.content != gitlab_rb:
        before[str(config_file)] = there
    for path, actual in before.items():
        if actual.kind == "file":
            tell(f"What {path} holds now is kept as {_keep(path, actual, tree)}.")
    result = carry_out(prepared, tell, options)
    if str(config_file) in before:
        _write(str(config_file), gitlab_rb, there, tree)
    return result


def _keep(path: str, actual: Actual, tree: Tree) -> str:
    """Put a copy of the file beside it, unless one is there; returns its path. None is ever written over."""
    for number in count(1):
        beside = f"{path}{BESIDE}.{number}"
        there = tree.actual(beside)
        if there.kind == "file" and there.content == actual.content:
            return beside
        if there.kind == "absent":
            break
    _write(beside, actual.content, actual, tree)
    return beside


def _write(path: str, content: bytes, like: Actual, tree: Tree) -> None:
    """Write a file that is protected as *like* is; where that is nothing, for its owner alone."""
    if like.kind == "absent":
        tree.write(path, content, 0o600)
    else:
        tree.write(path, content, like.mode, (like.uid, like.gid))
