"""Generations: the last configurations that this host was seen up with, to look back at and to return to.

Each is one file, which holds secrets as the files that it describes do: 0600 in a directory of glctl's own.
All of it follows from what was applied, but for the time at which it was.
"""

from __future__ import annotations

import json
import time
from binascii import a2b_base64, b2a_base64
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from glctl import __version__
from glctl.converge.state import GENERATIONS_DIR
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from glctl.converge.desired import Configuration, Source
    from glctl.converge.tree import Tree
    from glctl.paths import Root
    from glctl.render.resources import Resource
    from glctl.settings.effective import Effective, Origin
    from glctl.settings.platform import Platform

KEPT = 10
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Generation:
    """What this host was brought to, once all its services had been seen up on it.

    *at*: when, Unix seconds. *version*: glctl's. *back_to*: the older generation that a rollback took it
    from; *first*: the number under which that was first kept, by which rollbacks know what is older still.
    Numbers only grow.
    """

    number: int
    at: float
    source: Source
    effective: Effective
    resources: tuple[Resource, ...]
    version: str
    first: int
    back_to: int | None = None

    @property
    def gitlab_rb(self) -> bytes:
        """The gitlab.rb of then."""
        return self.source.gitlab_rb

    def configuration(self, root: Root, platform: Platform) -> Configuration:
        """What it was rendered from, on this host as it is now.

        Not evaluated again: environment, other files and glctl itself may have changed since, and *resources*
        have not.
        """
        from glctl.converge.desired import GROUPS, USERS, Configuration
        from glctl.gitlabrb.model import Settings
        from glctl.services.host import observe_host
        from glctl.settings.secrets import KEYS, Secrets

        effective = self.effective
        names = [effective[key] for key in USERS], [effective[key] for key in GROUPS]
        secrets = {key: effective.resolved[f"registry.{key}"] for key in KEYS}
        host = observe_host(root, platform, *names)
        return Configuration(Settings(), effective, host, Secrets(secrets, {}), (), self.source)


class Generations:
    """The generations of a root, of which the last ten are kept, each content once.

    *damaged* names the files among them that :meth:`all` could not read.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.damaged: list[str] = []

    def all(self) -> tuple[Generation, ...]:
        """All that can be read, oldest first."""
        read = (self._read(number) for number in self._numbers())
        return tuple(generation for generation in read if generation)

    def last(self) -> Generation | None:
        """The newest that can be read."""
        read = (self._read(number) for number in reversed(self._numbers()))
        return next((generation for generation in read if generation), None)

    def last_document(self) -> dict[str, Any]:
        """The newest as JSON, not checked; empty where there is none. For ``status``, which must be quick."""
        numbers = self._numbers()
        return self._document(numbers[-1]) if numbers else {}

    def get(self, number: int) -> Generation:
        """Generation *number*; where a rollback to it has taken its place, that one.

        Raises GlctlError where it is not kept or cannot be read.
        """
        there = number in self._numbers()
        if there and (found := self._read(number)):
            return found
        for later in () if there else reversed(self.all()):
            if number in (later.back_to, later.first):
                return later
        what = f"Generation {number} is damaged" if there else f"There is no generation {number}"
        raise GlctlError(f"{what}.", "See which there are: glctl history")

    def has(self, configuration: Configuration, resources: tuple[Resource, ...]) -> bool:
        """Whether the last generation is this one: nothing needs to be kept. Nor where no service is enabled
        and none ever was.
        """
        from glctl.settings.enabled import enabled_services

        if not self._numbers():
            return not enabled_services(configuration.effective)
        return _is_of(self.last_document(), configuration, resources)

    def keep(
        self, configuration: Configuration, resources: tuple[Resource, ...], back_to: int | None = None
    ) -> Generation:
        """Keep what all services have just been seen up with as the newest, and none that is the same.

        The caller holds the lock. Raises OSError.
        """
        numbers = self._numbers()
        same = {n for n in numbers if _is_of(self._document(n), configuration, resources)}
        made = self._read(numbers[-1]) if numbers and numbers[-1] in same else None
        if made is None:
            number = numbers[-1] + 1 if numbers else 1
            first = self._document(back_to).get("first", back_to) if back_to else number
            source, effective = configuration.source, configuration.effective
            made = Generation(number, time.time(), source, effective, resources, __version__, first, back_to)
            self._tree.write(self._path(number), _pack(made), 0o600)
        others = [n for n in numbers if n not in same]
        for old in (*sorted(same - {made.number}), *others[: -(KEPT - 1)]):
            self._tree.unlink(self._path(old))
        return made

    def _document(self, number: int) -> dict[str, Any]:
        """A generation as JSON, not checked; empty where there is none."""
        try:
            document: dict[str, Any] = json.loads(self._tree.actual(self._path(number)).content)["generation"]
        except (ValueError, KeyError, TypeError):
            return {}
        return document

    def _numbers(self) -> list[int]:
        directory = self._tree.root.relocate(GENERATIONS_DIR)
        try:
            names = self._tree.names(directory)
        except PermissionError as exc:
            raise _unreadable(directory) from exc
        stems = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
        return sorted(int(stem) for stem in stems if stem.isdecimal())

    def _path(self, number: int) -> str:
        return self._tree.root.relocate(f"{GENERATIONS_DIR}/{number}{_SUFFIX}")

    def _read(self, number: int) -> Generation | None:
        path = self._path(number)
        try:
            generation = _unpack(self._tree.actual(path).content)
        except PermissionError as exc:
            raise _unreadable(path) from exc
        except (ValueError, KeyError, TypeError):
            generation = None
        if generation is None or generation.number != number:
            self.damaged += [path] if path not in self.damaged else []
            return None
        return generation


def _unreadable(path: str) -> GlctlError:
    return GlctlError(
        f"This user may not read {path}.", "Run glctl as root, or as the user whose root it is."
    )


def _is_of(document: dict[str, Any], configuration: Configuration, resources: tuple[Resource, ...]) -> bool:
    """Whether a generation is *configuration*, rendered as *resources*, to the last byte."""
    from glctl.converge.rendered import from_json

    source = configuration.source
    try:
        same = a2b_base64(document["gitlab_rb"]) == source.gitlab_rb and document["files"] == source.files
        return same and tuple(from_json(item) for item in document["resources"]) == resources
    except (ValueError, KeyError, TypeError):
        return False


def _pack(generation: Generation) -> bytes:
    """A generation as JSON, with a digest: what has been altered is not to be written to live files."""
    from glctl.converge.rendered import to_json
    from glctl.secret import reveal

    body = {
        "number": generation.number,
        "at": generation.at,
        "version": generation.version,
        "first": generation.first,
        "back_to": generation.back_to,
        "gitlab_rb": b2a_base64(generation.gitlab_rb, newline=False).decode(),
        "files": dict(generation.source.files),
        "effective": {
            key: {"value": reveal(resolved.value), "origin": _origin_item(resolved.origin)}
            for key, resolved in generation.effective.resolved.items()
        },
        "resources": [to_json(resource) for resource in generation.resources],
    }
    return json.dumps({"digest": _digest(body), "generation": body}).encode()


def _unpack(content: bytes) -> Generation | None:
    """What :func:`_pack` was given. Raises ValueError, KeyError or TypeError for other content."""
    from glctl.converge.desired import Source
    from glctl.converge.rendered import from_json

    document = json.loads(content)
    body = document["generation"]
    if document["digest"] != _digest(body):
        return None
    return Generation(
        number=body["number"],
        at=body["at"],
        source=Source(a2b_base64(body["gitlab_rb"]), body["files"]),
        effective=_effective(body["effective"]),
        resources=tuple(from_json(item) for item in body["resources"]),
        version=body["version"],
        first=body.get("first", body["number"]),  # of an older glctl
        back_to=body["back_to"],
    )


def _digest(body: dict[str, Any]) -> str:
    import hashlib

    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def _effective(items: dict[str, Any]) -> Effective:
    """Effective settings as they were; one that glctl did not know then has its default."""
    from glctl.secret import Secret, wrap
    from glctl.settings.effective import Effective, Resolved
    from glctl.settings.schema import OPTIONS
    from glctl.settings.secrets import KEYS

    resolved = {key: Resolved(option.default) for key, option in OPTIONS.items()}
    for key, item in items.items():
        name = key.rpartition(".")[2]
        value = Secret(item["value"]) if name in KEYS else wrap(item["value"], name)
        resolved[key] = Resolved(value, _origin(item["origin"]))
    return Effective(resolved)


def _origin_item(origin: Origin) -> dict[str, Any]:
    """*origin* as JSON; of its place, only the line itself."""
    item = asdict(origin)
    if origin.span:
        item["span"]["above"] = ()
    return item


def _origin(item: dict[str, Any]) -> Origin:
    from glctl.settings.effective import Origin
    from glctl.spans import Span

    span = Span(**item["span"]) if item["span"] else None
    return Origin(item["kind"], span, tuple(item["sources"]), item["because"])
