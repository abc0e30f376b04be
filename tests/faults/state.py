"""What there is in a root, to be compared: files to the last byte, what runs, on which configuration."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import stat
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roots import HOST

from glctl.converge.read_only import VARIABLE
from glctl.paths import STATE_DIR, SV_DIR, Root
from glctl.services import supervisor, teardown
from glctl.services.processes import command_line, environment
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from roots import Installation

DOWN = "down"
WHICH = "/which"  # both servers of nginx answer it with the name of their configuration
MAIN_HOST = "main.example.com"  # the server that stands in nginx.conf

# Left out: what running services write, and what holds pids and times.
_VOLATILE = re.compile(
    r"/supervise(/|$)|^/var/log/gitlab/[^/]+/(current|lock|state|@.*|.*\.log)$|/nginx\.pid$"
    rf"|^{STATE_DIR}/lock$"
)
_GENERATION = re.compile(rf"^{STATE_DIR}/generations/\d+\.json$")
_RECORD = f"{STATE_DIR}/supervisor"
_TEMPORARY = ".glctl-new"
_PATIENT = 15.0  # seconds until services have come up, or what is to end has ended

_OTHER = ("running", "processes", "temporary")

Item = tuple[Any, ...]  # kind, mode, owners, content


@dataclass(frozen=True, slots=True)
class State:
    """*files* by path, *running* which configuration each service answers from, *processes* by their name,
    *temporary* what lies in the folder for temporary files.
    """

    files: Mapping[str, Item]
    running: Mapping[str, str]
    processes: Mapping[str, int]
    temporary: tuple[str, ...]

    def differences(self, other: State) -> list[str]:
        """What is other here than there, a line each."""
        paths = sorted(self.files.keys() | other.files.keys())
        lines = [
            f"{path}: {_shown(self.files.get(path))}, not {_shown(other.files.get(path))}"
            for path in paths
            if self.files.get(path) != other.files.get(path)
        ]
        both = ((what, getattr(self, what), getattr(other, what)) for what in _OTHER)
        return lines + [f"{what}: {here}, not {there}" for what, here, there in both if here != there]


def take(made: Installation, temporary: Path, processes: Mapping[str, int] | None = None) -> State:
    """The state of a root once it has come to rest: with these *processes*, if it comes to that."""
    deadline = time.monotonic() + _PATIENT
    while processes is not None and _processes(made.path) != processes and time.monotonic() < deadline:
        time.sleep(0.05)
    left = tuple(sorted(path.name for path in temporary.iterdir()))
    return State(files(made.path), running(made), _processes(made.path), left)


def files(root: Path) -> dict[str, Item]:
    """All files below a root, but for what services write while they run."""
    found = {}
    for path in root.rglob("*"):
        name = f"/{path.relative_to(root)}"
        if not _VOLATILE.search(name):
            with suppress(FileNotFoundError):  # a service may just have removed it
                found[name] = _item(name, path, root)
    return found


def made_file(content: bytes, mode: int) -> Item:
    """A file of root's, as :func:`files` gives it."""
    return (stat.S_IFREG, oct(mode), 0, 0, hashlib.sha256(content).hexdigest())


def _item(name: str, path: Path, root: Path) -> Item:
    info = path.lstat()
    content: object = ""
    if stat.S_ISLNK(info.st_mode):
        content = str(path.readlink())
    elif name == _RECORD:
        content = _supervisor(path, root)
    elif _GENERATION.match(name):
        content = _generation(path.read_bytes())
    elif stat.S_ISREG(info.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    return (stat.S_IFMT(info.st_mode), oct(stat.S_IMODE(info.st_mode)), info.st_uid, info.st_gid, content)


def _supervisor(path: Path, root: Path) -> str:
    """Whether the record names the runsvdir that runs."""
    with suppress(ValueError, IndexError):
        pid = int(path.read_text().split()[0])
        found = supervisor.find(Root(root))
        return "names runsvdir" if found and found.process.pid == pid else "names nobody"
    return "empty"


def _generation(content: bytes) -> str:
    """A generation without the time at which it was kept, and what follows from that."""
    try:
        body = json.loads(content)["generation"]
    except (ValueError, KeyError):
        return "torn"
    return hashlib.sha256(json.dumps({**body, "at": 0}).encode()).hexdigest()


def _shown(item: Item | None) -> str:
    return "absent" if item is None else f"{item[1]} {item[2]}:{item[3]} {str(item[4])[:16]}".strip()


def torn(files: Mapping[str, Item], allowed: Collection[Mapping[str, Item]]) -> list[str]:
    """The files that are as in none of the *allowed* ones. What is staged must not be readable by more than
    what it becomes; what glctl remembers must be whole, if not as before or after.
    """
    wrong = []
    for path, item in files.items():
        if path.endswith(_TEMPORARY):
            final = [
                each[path.removesuffix(_TEMPORARY)]
                for each in allowed
                if path.removesuffix(_TEMPORARY) in each
            ]
            modes = {int(each[1], 8) for each in final} | {0o600}
            if not any(int(item[1], 8) & ~mode == 0 for mode in modes):
                wrong.append(f"{path}: {_shown(item)} lies open")
        elif path.startswith(f"{STATE_DIR}/"):
            if item[4] == "torn" or int(item[1], 8) & 0o077:
                wrong.append(f"{path}: {_shown(item)}")
        elif item[0] != stat.S_IFDIR and item not in [each.get(path) for each in allowed]:
            wrong.append(f"{path}: {_shown(item)} is neither old nor new")
    kept = set.intersection(*[set(each) for each in allowed])
    return wrong + [
        f"{path} is gone" for path in sorted(kept - files.keys()) if not path.startswith(STATE_DIR)
    ]


def running(made: Installation, wanted: Callable[[str, str], bool] | None = None) -> dict[str, str]:
    """Which configuration each service runs, once *wanted* (service, configuration) is content."""
    deadline = time.monotonic() + _PATIENT
    while True:
        found = {"registry": _registry(made), "nginx": _nginx(made)}
        good = all(wanted(*each) for each in found.items()) if wanted else DOWN not in found.values()
        if good or time.monotonic() > deadline or (wanted is None and not _processes(made.path)):
            return found
        time.sleep(0.05)


def _registry(made: Installation) -> str:
    """The realm that it sends clients to, from config.yml, and its environment: whole only if both agree."""
    pid = look(made.at(SV_DIR) / "registry").pid
    if pid is None:
        return DOWN
    variables = dict(entry.partition("=")[::2] for entry in environment(pid))
    if not (answers := _ask(made.registry, {"/v2/": HOST})):
        return DOWN
    realm = re.search(r'realm="https://(\w+)', answers[0][0])
    return " ".join(
        [realm[1] if realm else "?", variables.get("WHICH", "?"), *["read-only"] * (VARIABLE in variables)]
    )


def _nginx(made: Installation) -> str:
    """What both of its files say, asked for on one connection: so of one worker."""
    answers = _ask(made.nginx, {WHICH: HOST, f"{WHICH}?": MAIN_HOST})
    return " ".join(body for _, body in answers) or DOWN


def _ask(port: int, wanted: Mapping[str, str]) -> list[tuple[str, str]]:
    """WWW-Authenticate and body of each path at a host; empty where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        answers = []
        for path, host in wanted.items():
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            body = answer.read().decode(errors="replace").strip()
            answers.append((answer.getheader("WWW-Authenticate", ""), body))
        return answers
    except (OSError, http.client.HTTPException):
        return []
    finally:
        connection.close()


def _processes(root: Path) -> Counter[str]:
    """By name. nginx's cache loader, which ends by itself after a minute, does not count."""
    members = teardown.members(Root(root))
    return Counter(p.name for p in members if "cache loader" not in " ".join(command_line(p.pid)))
