"""What one generation has other than another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from glctl.converge.diff import difference
from glctl.converge.plan import Change, Ids, compare
from glctl.converge.tree import ABSENT, Actual
from glctl.render.resources import Absent, Account, Directory, File, Symlink
from glctl.secret import MASK, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.generations import Generation
    from glctl.render.resources import Resource

_GITLAB_RB = "gitlab.rb"
_MASKED_FROM = 4  # letters; shorter ones are found in any text, and are masked by their names only
_NOBODY = Ids({}, {})  # owners are names here; what runs as somebody else has other files, too


@dataclass(frozen=True, slots=True)
class Differences:
    """*settings*: keys of effective settings that have another value. *sources*: gitlab.rb and what it reads,
    each that is not the same with its redacted diff. *changes*: what was written, in its order. *left*: what
    is no longer used, and stays where it is.
    """

    settings: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    left: tuple[str, ...] = ()


def differences(before: Generation, after: Generation) -> Differences:
    """What *after* has other than *before*."""
    return Differences(
        tuple(_settings(before, after)),
        tuple(_sources(before, after)),
        tuple(_changes(before, after)),
        tuple(_left(before, after)),
    )


def _settings(before: Generation, after: Generation) -> Iterator[str]:
    """Those that gitlab.rb sets, or no longer does; what is derived counts only where that is all."""
    keys = [key for key in after.effective if before.effective.get(key) != after.effective[key]]
    said = [key for key in keys if "file" in (g.effective.origin(key).kind for g in (before, after))]
    yield from said or keys


def _sources(before: Generation, after: Generation) -> Iterator[tuple[str, str]]:
    """Of Ruby the diff; what else gitlab.rb reads may be one bare secret, and only differs."""
    old, new = _texts(before), _texts(after)
    secrets = {*_secrets([*before.effective.values(), *after.effective.values()])}
    for path in dict.fromkeys([*new, *old]):
        if old.get(path) != new.get(path):
            text = difference(old.get(path, b""), new.get(path, b""))
            yield path, _without(secrets, text) if path.endswith(".rb") else f"content differs: {MASK}"


def _secrets(value: Any) -> Iterator[str]:
    """The lines of every Secret in *value*: in a heredoc no name stands beside them."""
    if isinstance(value, Secret):
        yield from (line.strip() for line in value.reveal().splitlines())
    elif isinstance(value, Mapping):
        yield from _secrets([*value.values()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _secrets(each)


def _without(secrets: set[str], text: str) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _MASKED_FROM:
            text = text.replace(secret, MASK)
    return text


def _texts(generation: Generation) -> dict[str, bytes]:
    files = {path: text.encode() for path, text in generation.source.files.items()}
    return {_GITLAB_RB: generation.gitlab_rb, **files}


def _changes(before: Generation, after: Generation) -> Iterator[Change]:
    old, new = _by_path(before), _by_path(after)
    for path, resource in new.items():
        yield from compare(resource, _as_actual(old.get(path)), _NOBODY)
    exact = _exact(after)
    for path, resource in old.items():
        if path not in new and not isinstance(resource, Absent) and _parent(path) in exact:
            yield Change("delete", Absent(path), _as_actual(resource))


def _left(before: Generation, after: Generation) -> Iterator[str]:
    """What reconfigure takes away lies in exact directories, or is Absent."""
    new, exact = _by_path(after), _exact(after)
    for path, resource in _by_path(before).items():
        if path not in new and not isinstance(resource, Absent) and _parent(path) not in exact:
            yield path


def _exact(generation: Generation) -> set[str]:
    return {each.path for each in generation.resources if isinstance(each, Directory) and each.exact}


def _parent(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _by_path(generation: Generation) -> Mapping[str, File | Directory | Symlink | Absent]:
    return {each.path: each for each in generation.resources if not isinstance(each, Account)}


def _as_actual(resource: Resource | None) -> Actual:
    """What is on disk once *resource* is true."""
    match resource:
        case File():
            return Actual("file", resource.mode, content=resource.content)
        case Directory():
            return Actual("directory", resource.mode)
        case Symlink():
            return Actual("symlink", target=resource.target)
    return ABSENT
