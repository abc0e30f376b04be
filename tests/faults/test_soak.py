"""Alternating runs leave nothing behind: no process, open file, temporary file or growing backup.

A dozen runs in every test; GLCTL_SOAK=200 in the environment makes it 200, and writes what was counted before
and after them into docs/reliability.md.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from roots import ENVIRONMENT, PATIENT, Installation, installation
from servers import wait_until

from glctl.converge.generations import KEPT
from glctl.converge.state import GENERATIONS_DIR
from glctl.paths import STATE_DIR, Root
from glctl.services import teardown

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNS = 12
DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- soak: begin -->", "<!-- soak: end -->"
# As long as each other, so that what is kept of them is, too.
CONFIGURATIONS = (
    ("registry['log_level'] = 'info'", "registry['nginx']['proxy_set_headers'] = { 'X-A' => '0' }"),
    ("registry['log_level'] = 'warn'", "registry['nginx']['proxy_set_headers'] = { 'X-A' => '1' }"),
)


@dataclass(frozen=True)
class Inventory:
    """What there is between two runs; *open_files*: of all but nginx's workers, which come and go."""

    processes: Mapping[str, int]
    open_files: Mapping[str, int]
    files: int
    generations: int
    state_bytes: int = field(compare=False)  # some more where a number or a time has more digits


def test_alternating_runs_leave_nothing_behind(tmp_path: Path) -> None:
    runs = int(os.environ.get("GLCTL_SOAK") or RUNS)
    with installation() as host:
        # By then as many generations are kept as ever are; from then on nothing may grow.
        for number in range(KEPT):
            alternate(host, number, tmp_path)
        before = inventory(host)
        assert before.generations == KEPT
        for number in range(runs):
            alternate(host, number, tmp_path)
        wait_until(lambda: inventory(host) == before, f"as before: {inventory(host)}, not {before}", PATIENT)
        after = inventory(host)
        assert abs(after.state_bytes - before.state_bytes) < 1000
        assert not [*tmp_path.iterdir()]
    if "GLCTL_SOAK" in os.environ:
        write(runs, before, after)


def alternate(host: Installation, number: int, temporary: Path) -> None:
    """One run, to the other of the two configurations."""
    host.write(*CONFIGURATIONS[number % 2], f"# {number:03}")  # each a generation of its own
    done = host.glctl("reconfigure", env={**ENVIRONMENT, "TMPDIR": str(temporary)})
    assert done.returncode == 0, done.stdout + done.stderr
    if number:
        assert "registry restarted" in done.stdout
        assert "nginx reloaded" in done.stdout


def inventory(host: Installation) -> Inventory:
    """What there is now of this root."""
    workers = host.workers()
    running = teardown.members(Root(host.path))
    lasting = [process for process in running if process.pid not in workers]
    opened: Counter[str] = Counter()
    for process in lasting:
        opened[process.name] += sum(1 for _ in Path(f"/proc/{process.pid}/fd").iterdir())
    kept = [path for path in host.at(STATE_DIR).rglob("*") if path.is_file()]
    return Inventory(
        Counter(process.name for process in running),
        opened,
        sum(1 for _ in host.path.rglob("*")),
        len([*host.at(GENERATIONS_DIR).iterdir()]),
        sum(path.stat().st_size for path in kept),
    )


def write(runs: int, before: Inventory, after: Inventory) -> None:
    """Put what was counted into the document, between its marks."""
    lines = [f"{runs} runs.", "", "| | before | after |", "|---|---:|---:|"]
    for column in fields(Inventory):
        values = [told(getattr(each, column.name)) for each in (before, after)]
        lines.append(f"| {column.name.replace('_', ' ')} | {' | '.join(values)} |")
    document = DOCUMENT.read_text()
    begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
    DOCUMENT.write_text(f"{document[:begin]}\n" + "\n".join(lines) + f"\n{document[end:]}")


def told(value: Mapping[str, int] | int) -> str:
    """A number, or numbers by name."""
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(f"{name} {count}" for name, count in sorted(value.items()))
