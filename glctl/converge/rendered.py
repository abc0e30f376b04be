"""Rendering, or remembering it: loading the template engine is most of what a run without changes would cost.

What was rendered is kept with a digest of everything that it was rendered from. gitlab.rb is always evaluated
and every target always compared; only the way from effective settings to content is spared.
"""

from __future__ import annotations

import hashlib
import json
from binascii import a2b_base64, b2a_base64
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from glctl import __version__
from glctl.converge.tree import ObstacleError
from glctl.paths import STATE_DIR
from glctl.render.resources import Absent, Account, Directory, File, Notify, Resource, Symlink
from glctl.render.sources import source_files
from glctl.secret import reveal

if TYPE_CHECKING:
    from glctl.converge.desired import Configuration
    from glctl.converge.tree import Tree

MEMORY = f"{STATE_DIR}/rendered.json"
_KINDS = {kind.__name__: kind for kind in (Absent, Account, Directory, File, Symlink)}


def resources(configuration: Configuration, tree: Tree) -> tuple[Resource, ...]:
    """The Resources of *configuration*, remembered or rendered."""
    return remembered(configuration, tree) or configuration.resources()


def remembered(configuration: Configuration, tree: Tree) -> tuple[Resource, ...]:
    """Those that are remembered; none where it is damaged, of another version, or out of reach."""
    try:
        memory = json.loads(tree.actual(_place(tree)).content or b"{}")
        if memory["digest"] == _digest(configuration, memory["resources"]):
            return tuple(from_json(item) for item in memory["resources"])
    except (ValueError, KeyError, TypeError, ObstacleError):
        pass
    return ()


def remember(configuration: Configuration, made: tuple[Resource, ...], tree: Tree) -> None:
    """Keep what was rendered. It holds secrets, as the files do."""
    items = [to_json(resource) for resource in made]
    document = {"digest": _digest(configuration, items), "resources": items}
    tree.write(_place(tree), json.dumps(document).encode(), 0o600)


def _place(tree: Tree) -> str:
    return tree.root.relocate(MEMORY)


def _digest(configuration: Configuration, made: list[dict[str, Any]]) -> str:
    """Of all that rendering reads (settings in their order, facts of the host, secrets, templates, code), and
    of what it made, lest a damaged memory be written to live files.
    """
    host, effective = configuration.host, configuration.effective
    accounts = [
        host.has_account(effective[f"{who}.username"], effective[f"{who}.group"])
        for who in ("registry", "web_server")
    ]
    read = {
        "version": __version__,
        "root": str(host.root.path),
        "host": [repr(host.platform), host.invoker, host.privileged, accounts],
        "settings": {key: reveal(value) for key, value in effective.items()},
        "secrets": reveal(configuration.secrets.document),
        "made": made,
    }
    digest = hashlib.sha256(json.dumps(read, default=str).encode())
    for path in source_files():
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def to_json(resource: Resource) -> dict[str, Any]:
    """A Resource as JSON: its kind and its fields."""
    item = asdict(resource)
    if isinstance(resource, File):
        item["content"] = b2a_base64(resource.content, newline=False).decode()
    return {"kind": type(resource).__name__, **item}


def from_json(item: dict[str, Any]) -> Resource:
    """What :func:`to_json` was given. Raises KeyError, TypeError or ValueError for other JSON."""
    fields = dict(item)
    kind = _KINDS[fields.pop("kind")]
    if "content" in fields:
        fields["content"] = a2b_base64(fields["content"])
    if "notifies" in fields:
        fields["notifies"] = tuple(Notify(**notify) for notify in fields["notifies"])
    made: Resource = kind(**fields)
    return made
