"""What reconfigure costs: time and memory, beside others', and what the registry's clients feel of it.

usage: benchmarks/convergence.py [--rounds N] [--peers] [--write]

Exits 1 where a limit is passed. --peers also measures pyinfra and ansible, which are installed from PyPI
into a virtual environment of their own. --write puts the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import http.client
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import clients
import peers
from sandbox import converged
from timing import ENVIRONMENT, PASS, Case, Taken, median, medians, table, take, within_limits

if TYPE_CHECKING:
    from sandbox import Sandbox

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- convergence: begin -->", "<!-- convergence: end -->"
MEMORY_LIMIT = 60  # MB
_PEER_ROUNDS = 5
_CHANGES = 10  # of each kind that the steady client sees
# Within a second of its start, runsv starts a service again only after another: that is no part of a restart.
_SETTLED = 1.3
_RESTARTS = ["registry['log_level'] = 'info'", "registry['log_level'] = 'warn'"]
_RELOADS = [f"registry['nginx']['proxy_set_headers'] = {{ 'X-A' => '{n}' }}" for n in range(2)]


class Report:
    """The tables so far, and whether all limits were kept."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.good = True

    def add(self, heading: str, text: str) -> None:
        """One more part, which is also shown at once."""
        part = f"### {heading}\n\n{text}"
        print(part, end="\n\n", flush=True)
        self.parts.append(part)

    def compare(self, heading: str, cases: list[Case], taken: list[Taken]) -> None:
        """One more table of cases, held to their limits."""
        self.add(heading, table(cases, taken))
        self.good = self.good and within_limits(cases, taken)

    def write(self) -> None:
        """Put all parts into the document, between its marks."""
        document = DOCUMENT.read_text()
        begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
        DOCUMENT.write_text(f"{document[:begin]}\n" + "\n\n".join(self.parts) + f"\n{document[end:]}")


def without_changes(sandbox: Sandbox, rounds: int, report: Report) -> None:
    cases = [
        PASS,
        Case("glctl status", sandbox.glctl("status"), 5),
        Case("glctl reconfigure", sandbox.glctl("reconfigure"), 10),
    ]
    taken = medians(cases, rounds)
    report.compare("Nothing to do", cases, taken)
    report.good = report.good and taken[-1].megabytes < MEMORY_LIMIT


def beside_peers(sandbox: Sandbox, report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="glctl-bench-") as folder:
        reconfigure = Case("glctl reconfigure", sandbox.glctl("reconfigure"), 10)
        cases = [PASS, reconfigure, *peers.cases(sandbox, Path(folder))]
        report.compare(f"Nothing to do, beside {peers.versions()}", cases, medians(cases, _PEER_ROUNDS))


def one_setting(sandbox: Sandbox, rounds: int, report: Report) -> None:
    """A changed setting of the registry beside a bare restart; each finds a registry that has settled."""
    restart = Case("sv restart registry, until /v2/ answers", [])
    change = _reconfigure(sandbox, "glctl reconfigure --watch 0, one setting changed", 1.5)
    restarts, changes = [], []
    for number in range(rounds):
        time.sleep(_SETTLED)
        restarts.append(_restarted(sandbox))
        sandbox.write(_RESTARTS[(number + 1) % 2])
        time.sleep(_SETTLED)
        changes.append(take(change))
    taken = [median(restarts), median(changes)]
    report.compare("One changed setting", [restart, change], taken)
    report.good = report.good and taken[-1].megabytes < MEMORY_LIMIT


def for_clients(sandbox: Sandbox, report: Report) -> None:
    """What a steady client sees: with nothing run at all, then during runs of each kind."""
    kinds = {
        "no run at all": [],
        "nothing": _RESTARTS[:1],
        "nginx only: a reload": _RELOADS,
        "the registry: a restart": _RESTARTS,
    }
    lines = [clients.HEADER]
    for name, settings in kinds.items():
        tally = _felt(sandbox, settings)
        lines.append(tally.row(name))
        report.good = report.good and (settings is _RESTARTS or not tally.lost)
    report.add("What clients feel of a change", "\n".join(lines))


def _felt(sandbox: Sandbox, settings: list[str]) -> clients.Tally:
    """What a steady client sees of runs that each bring the next of *settings*."""
    tally = clients.Tally()
    run = Case("reconfigure", sandbox.glctl("reconfigure"))
    if settings:
        sandbox.write(settings[-1])
        take(run)  # what the kind before has left is none of this one's
    if len(settings) > 1:
        run = _reconfigure(sandbox, "reconfigure")
    for number in range(_CHANGES):
        if settings:
            sandbox.write(settings[number % len(settings)])
        time.sleep(_SETTLED)
        with clients.steady(sandbox.nginx, tally):
            if settings:
                take(run)
    return tally


def _reconfigure(sandbox: Sandbox, name: str, limit: float | None = None) -> Case:
    """A run that finds something to change, as its exit code must say."""
    command = sandbox.glctl("reconfigure", "--watch", "0", "--detailed-exitcode")
    return Case(name, command, limit, code=2)


def _restarted(sandbox: Sandbox) -> Taken:
    """``sv restart``, and waiting for an answer of the new process."""
    began = time.perf_counter()
    command = ["/usr/bin/sv", "restart", str(sandbox.at("/opt/gitlab/sv/registry"))]
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    while not _answers(sandbox.registry):
        time.sleep(0.002)
    return Taken(time.perf_counter() - began, 0.0)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/v2/")
        return connection.getresponse().status in (200, 401)
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=25, metavar="N", help="how often each command runs (25)"
    )
    parser.add_argument("--peers", action="store_true", help="measure pyinfra and ansible, too")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    report = Report()
    with converged() as sandbox:
        without_changes(sandbox, options.rounds, report)
        if options.peers:
            beside_peers(sandbox, report)
        one_setting(sandbox, options.rounds, report)
        for_clients(sandbox, report)
    if options.write:
        report.write()
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
