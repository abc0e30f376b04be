"""What the doctor costs: a healthy stack, what it adds to a slow probe, and many dead endpoints at once.

usage: benchmarks/doctor.py [--rounds N] [--write]

Exits 1 where a limit is passed. --write puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import socket
import struct
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import converged
from timing import PASS, Case, medians, table, within_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- doctor: begin -->", "<!-- doctor: end -->"
SLOW = 0.5  # seconds that the slow probe's server takes
ADDED = 0.15  # seconds that the doctor may add to it, beside what starting Python takes
DEAD = 20  # time servers that never answer
TIME_OUT = 1.5  # seconds: the doctor's own, of time servers
HEALTHY = 150  # times what Python takes to start: 1.5 s where that is 10 ms
_EPOCH = 2_208_988_800  # of NTP (RFC 5905), in seconds before Unix's
_SETTLED = 4.0  # seconds after which a service is no longer looked at twice


@contextmanager
def time_server(delay: float = 0.0) -> Iterator[str]:
    """A time server of stratum 2 with this machine's own time, which answers after *delay* seconds.

    A real one is not slow when asked to be. Its time stamps tell that the delay is its own.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    request, client = server.recvfrom(256)
                except OSError:
                    return
                received = time.time()
                threading.Timer(delay, answer, (request, client, received)).start()

        def answer(request: bytes, client: tuple[str, int], received: float) -> None:
            head = struct.pack("!BBbbII4s", 4 << 3 | 4, 2, 4, -20, 0, 0, bytes((127, 0, 0, 1)))
            times = _stamp(time.time() - 1), request[40:48], _stamp(received), _stamp(time.time())
            server.sendto(head + b"".join(times), client)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _stamp(seconds: float) -> bytes:
    whole = int(seconds)
    return struct.pack("!II", whole + _EPOCH, int((seconds - whole) * 2**32))


@contextmanager
def silent_servers() -> Iterator[list[str]]:
    """Time servers that take requests and never answer."""
    held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(DEAD)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    yield [f"127.0.0.1:{each.getsockname()[1]}" for each in held]
    for each in held:
        each.close()


def doctor(sandbox: Sandbox, *servers: str) -> list[str]:
    named = [word for server in servers for word in ("--ntp-server", server)]
    # GitLab's name is made up: how long it takes to learn that is the resolver's affair.
    return sandbox.glctl("doctor", *named, "--skip", "gitlab-clock", "--skip", "realm")


def measured(rounds: int) -> tuple[str, bool]:
    """The table, and whether all limits were kept."""
    with converged() as sandbox, time_server() as quick, time_server(SLOW) as slow, silent_servers() as dead:
        time.sleep(_SETTLED)
        cases = [
            PASS,
            Case("glctl doctor, all well", doctor(sandbox, quick), HEALTHY),
            Case(f"… with a time server that takes {SLOW:g} s", doctor(sandbox, slow)),
            Case(f"… with {DEAD} time servers that never answer", doctor(sandbox, *dead)),
        ]
        taken = medians(cases, rounds)
    start, well, slowly, late = (each.seconds for each in taken)
    # What is said in seconds holds where Python takes 10 ms to start, as on the machine that it was set on.
    pace = start / 0.010
    added = slowly - SLOW - start
    beyond = late - max(well, TIME_OUT)
    words = (
        f"The doctor adds {added * 1000:.0f} ms to the slow server's {SLOW * 1000:.0f} "
        f"(limit: {ADDED * pace * 1000:.0f}, at this machine's pace); {DEAD} dead ones cost one time-out of "
        f"{TIME_OUT:g} s and {beyond * 1000:.0f} ms."
    )
    good = within_limits(cases, taken) and added <= ADDED * pace and beyond <= TIME_OUT / 2 * pace
    return f"{table(cases, taken)}\n\n{words}", good


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11, metavar="N", help="how often each runs (11)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    text, good = measured(options.rounds)
    print(text)
    if options.write:
        document = DOCUMENT.read_text()
        begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
        DOCUMENT.write_text(f"{document[:begin]}\n{text}\n{document[end:]}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
