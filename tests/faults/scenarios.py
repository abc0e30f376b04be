"""What is run while it is disturbed: each a host as it was before, a gitlab.rb, and a command."""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roots import IMAGES
from state import MAIN_HOST, WHICH

if TYPE_CHECKING:
    from roots import Installation

RECONFIGURE = ("reconfigure", "--watch", "0")
BLOBS = f"{IMAGES}/docker/registry/v2/blobs/sha256"


@dataclass(frozen=True, slots=True)
class Scenario:
    """*before*: the configurations (registry's, nginx's) that services were brought to in turn; none: nothing
    is there yet. *after*: what gitlab.rb says when *command* is run. *again*: what is run after that was
    disturbed. *comes_up* False: the registry does not, on what gitlab.rb says. *garbage*: there is some.
    """

    name: str
    before: tuple[tuple[str, str], ...]
    after: tuple[str, str]
    command: tuple[str, ...] = RECONFIGURE
    again: tuple[tuple[str, ...], ...] = (RECONFIGURE,)
    comes_up: bool = True
    garbage: bool = False

    def lines(self, made: Installation) -> list[str]:
        """What gitlab.rb says when the command is run."""
        lines = configuration(made, *self.after)
        if not self.comes_up:
            lines.append(f"registry['registry_http_addr'] = '127.0.0.1:{forbidden_port()}'")
        return lines


_OLD, _NEW = ("old", "old"), ("new", "new")
_BACK, _COLLECT = ("rollback", "1", "--watch", "0"), ("registry-garbage-collect",)
SCENARIOS = (
    Scenario("fresh", (), _NEW),
    Scenario("registry changed", (_OLD,), ("new", "old")),
    Scenario("nginx changed", (_OLD,), ("old", "new")),
    Scenario("both changed", (_OLD,), _NEW),
    Scenario("does not come up", (_OLD,), _NEW, comes_up=False),
    Scenario("rollback", (_NEW, _OLD), _OLD, _BACK, (_BACK,)),
    Scenario("garbage collection", (_OLD,), _OLD, _COLLECT, (RECONFIGURE, _COLLECT), garbage=True),
)


def configuration(made: Installation, registry: str, nginx: str) -> list[str]:
    """Lines of gitlab.rb after which two files of each service say, and show to a client, which one it is."""
    location = f"location = {WHICH} {{ return 200 '{nginx}'; }}"
    server = f"server {{ listen 127.0.0.1:{made.nginx}; server_name {MAIN_HOST}; return 200 '{nginx}'; }}"
    return [
        f"registry['token_realm'] = 'https://{registry}.example.com'",
        f"registry['env'] = {{ 'WHICH' => '{registry}' }}",
        f"registry['nginx']['custom_gitlab_server_config'] = \"{location}\"",
        f"nginx['custom_nginx_config'] = \"{server}\"",
    ]


def forbidden_port() -> int:
    """A port that root can have and the registry's account cannot, which a trial does not see."""
    for port in range(1, 1024):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("all privileged ports are taken")


def make_garbage(made: Installation, owner: tuple[int, int]) -> None:
    """A blob that no image names, and a repository without one."""
    content = b"garbage"
    digest = hashlib.sha256(content).hexdigest()
    blob = made.at(BLOBS) / digest[:2] / digest / "data"
    repository = made.at(BLOBS).parents[1] / "repositories/a/_manifests/revisions/sha256"
    for directory in (blob.parent, repository):
        directory.mkdir(parents=True)
    blob.write_bytes(content)
    top = made.at(IMAGES)
    for path in (*top.rglob("*"), top):
        os.chown(path, *owner)
