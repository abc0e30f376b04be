"""What glctl trace costs: a push through its proxy beside one without, its start, and a big layer's memory.

usage: benchmarks/trace.py [--rounds N] [--write]

Exits 1 where a limit is passed. --write puts the tables into docs/performance.md. skopeo pushes to a real
registry behind a real nginx on loopback; all files are in memory where /dev/shm is. It needs a mount
namespace (unshare), in which Go's programs know names below .localhost without the proxy, too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from timing import GLCTL, Case, Taken, median, take

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tests" / "faults" / "doctor")]
from traced import HOST, image, push, stack  # noqa: E402 - found there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traced import Stack

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- trace: begin -->", "<!-- trace: end -->"
MEMORY = Path("/dev/shm")
PUSHED, BIG = 400, 2000  # MB of the one layer
SLOWER = 1.5  # times what the push takes without the proxy
READY = 1.5  # seconds
MOST = 150  # MB that glctl may have resident, whatever the layer's size
_HOSTS = (HOST, "gitlab.localhost")
_INSIDE = "GLCTL_BENCH_INSIDE"
_NAMESPACE = 'mount --bind "$1" /etc/hosts; mkdir -p "$2"; mount -t tmpfs none "$2"; shift 2; exec "$@"'
_BLOBS_SEEN = "/var/lib/containers"  # where skopeo notes what it has pushed, and would try to mount


@dataclass(frozen=True, slots=True)
class Pushes:
    """An image, and where it is pushed to."""

    stack: Stack
    source: Path

    def taken(self, name: str, *, tls: bool, traced: bool) -> Taken:
        """What one push takes, into a registry that has nothing yet."""
        storage = self.stack.folder / "registry" / "storage"
        shutil.rmtree(storage)
        storage.mkdir()
        before = [GLCTL, "trace", "registry", "--"] if traced else []
        # Or else skopeo compresses the layer: that would be most of what is measured.
        program, *words = push(self.source, self.stack.https if tls else self.stack.http, tls=tls)
        command = [*before, program, *words, "--preserve-digests"]
        authority = str(self.stack.folder / "authority.pem")
        return take(Case(name, command, more={"SSL_CERT_FILE": authority}))


@contextlib.contextmanager
def pushes(megabytes: int) -> Iterator[Pushes]:
    """A stack, and an image of one layer that is to be pushed to it."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="glctl-bench-", dir=place) as folder:
        root = Path(folder)
        root.chmod(0o755)
        # In a process of its own: what a child begins with counts as the child's memory.
        with ProcessPoolExecutor(1) as elsewhere:
            source = elsewhere.submit(image, root / "image", 1, megabytes * 10**6).result()
        (root / "stack").mkdir()
        with stack(root / "stack") as made:
            yield Pushes(made, source)


def compared(rounds: int) -> tuple[str, bool]:
    """The table of pushes with and without the proxy, which take turns, and whether the limits were kept."""
    kinds = [(tls, traced) for tls in (False, True) for traced in (False, True)]
    with pushes(PUSHED) as pushed:
        taken = [
            [pushed.taken("a push", tls=tls, traced=traced) for tls, traced in kinds]
            for _ in range(rounds + 1)  # the first writes the .pyc files
        ][1:]
    lines = [
        f"| push of {PUSHED} MB | median s | × | limit | CPU of client and glctl (s) | MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    good, usual = True, [median(each) for each in zip(*taken, strict=True)]
    for (tls, traced), each in zip(kinds, usual, strict=True):
        ratio = each.seconds / usual[2 * tls].seconds
        good &= ratio <= SLOWER
        name = f"skopeo, {'https' if tls else 'http'}{', behind glctl trace' if traced else ''}"
        limit = f"{SLOWER}" if traced else ""
        numbers = f"{each.seconds:.2f} | {ratio:.2f} | {limit} | {each.cpu:.2f} | {each.megabytes:.0f}"
        lines.append(f"| {name} | {numbers} |")
    return "\n".join(lines), good


def started(rounds: int) -> tuple[str, bool]:
    """From the start to the end of one that traces nothing: all of it comes before a first request."""
    case = Case("glctl trace -- true", [GLCTL, "trace", "registry", "--", "true"])
    seconds = median([take(case) for _ in range(rounds + 1)][1:]).seconds
    return f"`{case.name}` takes {seconds:.2f} s from start to end (limit: {READY}).", seconds <= READY


def streamed() -> tuple[str, bool]:
    """The memory that a big layer needs."""
    with pushes(BIG) as pushed:
        taken = [pushed.taken("a big push", tls=tls, traced=True) for tls in (False, True)]
    most = max(each.megabytes for each in taken)
    told = " and ".join(f"{each.megabytes:.0f}" for each in taken)
    words = f"A layer of {BIG} MB passes, in http and in https, with {told} MB resident (limit: {MOST})."
    return words, most <= MOST


def inside() -> int:
    """The exit code of all this run again, in a mount namespace with names of its own."""
    with tempfile.TemporaryDirectory() as folder:
        hosts = Path(folder) / "hosts"
        hosts.write_text(Path("/etc/hosts").read_text() + f"\n127.0.0.1 {' '.join(_HOSTS)}\n")
        unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        again = ["sh", "-ec", _NAMESPACE, "sh", str(hosts), _BLOBS_SEEN, sys.executable, *sys.argv]
        return subprocess.run([*unshare, *again], env={**os.environ, _INSIDE: "1"}, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="how often each runs (7)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    if _INSIDE not in os.environ:
        return inside()
    parts = [compared(options.rounds), started(options.rounds), streamed()]
    text = "\n\n".join(part for part, _ in parts)
    print(text)
    if options.write:
        document = DOCUMENT.read_text()
        begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
        DOCUMENT.write_text(f"{document[:begin]}\n{text}\n{document[end:]}")
    return 0 if all(good for _, good in parts) else 1


if __name__ == "__main__":
    sys.exit(main())
