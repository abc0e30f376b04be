"""``glctl status``: what runs, since when, and what should."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.completion import complete_services
from glctl.console import as_called, harmless
from glctl.converge.drift import Altered, Drift, drift
from glctl.services.catalog import Service, select
from glctl.services.runit import Status, look
from glctl.services.usage import is_guarded, memory, open_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.paths import Root

EXIT_DOWN = 3
_LISTED = 20  # departures; where a directory is gone, so is all that was in it


@dataclass(frozen=True, slots=True)
class Row:
    """What one line shows. *memory* is in bytes; None where nothing runs or may not be seen."""

    name: str
    status: Status
    log: Status
    should_run: bool
    memory: int | None
    open_files: int | None

    @property
    def runs(self) -> bool:
        """Whether it does its work now."""
        return self.status.state == "run" and not self.status.paused


@click.command(epilog="Exit codes: 0 all that should run does, 3 a service is down, 1 nothing is configured.")
@click.argument("services", nargs=-1, metavar="[SERVICE]...", shell_complete=complete_services)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.pass_obj
def command(context: Context, services: tuple[str, ...], output: str) -> int:
    """Show what runs, since when, and what should: the named services, or all that gitlab.rb enables.

    Memory is what is resident, open files are counted, both over all processes of a service. Below them
    stands where what runs is not what gitlab.rb says.
    """
    rows = [_row(context.root, service) for service in select(context.root, services)]
    found = drift(context.root, context.config_file)
    if output == "json":
        import json

        context.console.out(json.dumps([_as_json(row, found) for row in rows], indent=2))
    else:
        for row in rows:
            context.console.out(_as_text(row, context.console))
        for departure in _departures(context, found) if found else ():
            line = as_called(departure, context.console.called)
            context.console.out(context.console.paint(harmless(line), "yellow"))
    if any(row.status.state == "no supervisor" and row.should_run for row in rows):
        starts = "glctl start" if context.platform.manages_services else "sudo gitlab-ctl start"
        context.console.note(f"  -> Run: {starts}")
    elif any(row.runs and not is_guarded(row.status) for row in rows) and not _has_supervisor(context.root):
        own = context.platform.manages_services
        starts = "glctl start" if own else "sudo systemctl restart gitlab-runsvdir"
        context.console.note("note: their supervisor, runsvdir, does not run: what goes down stays down.")
        context.console.note(f"  -> Run: {starts}")
    return EXIT_DOWN if any(row.should_run and not row.runs for row in rows) else 0


def _has_supervisor(root: Root) -> bool:
    """Whether a runsvdir is there: one that came after another was killed has no children of its own yet."""
    from glctl.services.supervisor import find  # all processes are looked at

    return find(root) is not None


def _row(root: Root, service: Service) -> Row:
    directory = service.directory(root)
    status = look(directory)
    return Row(
        name=service.name,
        status=status,
        log=look(directory / "log"),
        should_run=service.is_enabled(root) and status.normally_up,
        memory=memory(status.pid) if status.pid else None,
        open_files=open_files(status.pid) if status.pid else None,
    )


def _as_json(row: Row, found: Drift | None) -> dict[str, Any]:
    status = row.status
    altered = found.altered if found else ()
    return {
        "name": row.name,
        "state": status.state,
        "pid": status.pid,
        "uptime": int(status.seconds) if status.state == "run" else None,
        "wanted": status.want,
        "memory": row.memory,
        "open_files": row.open_files,
        "owed": found is not None and bool({row.name, f"{row.name}/log"} & {*found.owed}),
        "differs": [each.path for each in altered if not each.services or row.name in each.services],
    }


def _departures(context: Context, found: Drift) -> Iterator[str]:
    """A line for each thing that is not as the last generation has it, and what tells or does more."""
    busy = f"glctl is at work, pid {found.at_work}" if found.at_work else ""
    if any(each.source for each in found.altered) and (wrong := _first_error(context)):
        yield f"wrong: {wrong} (to see all: glctl check-config)"
    differing = [each for each in found.altered if each.how != "read-only"]
    for each in differing[:_LISTED]:
        yield f"differs: {each.path}: {_how(each, found)} (see: glctl reconfigure --dry-run)"
    if more := len(differing[_LISTED:]):
        yield f"differs: and {more} more (see: glctl reconfigure --dry-run)"
    if len(differing) < len(found.altered):
        why = "garbage is being collected" if busy else "a garbage collection was interrupted"
        remedy = busy or "to let them in again: glctl reconfigure"
        yield f"refuses pushes: registry: {why} ({remedy})"
    for name in found.owed:
        yield f"owed: {name}: not yet seen up on its files ({busy or 'to finish it: glctl reconfigure'})"


def _first_error(context: Context) -> str:
    """What a run would refuse gitlab.rb for, briefly. Evaluates it, so only one that has changed is asked."""
    from glctl.converge.desired import examine
    from glctl.errors import ConfigError, GlctlError

    if not context.config_file.is_file():  # told as it is; a pipe would be waited for
        return ""
    try:
        examine(context.root, context.config_file, context.platform).require_sound()
    except ConfigError as exc:
        first, *more = (each for each in exc.diagnostics if each.severity == "error")
        where = f"{first.span}: " if first.span else ""
        return f"{where}{first.message.removesuffix('.')}" + f", and {len(more)} more" * bool(more)
    except GlctlError as exc:
        return exc.message.removesuffix(".")
    return ""


def _how(each: Altered, found: Drift) -> str:
    if each.how == "missing":
        return "it is missing"
    if each.source and found.back_to:
        return f"this host was rolled back to generation {found.back_to}, of another {Path(each.path).name}"
    if each.source:
        return f"it has changed since generation {found.number} was applied"
    if each.how in ("mode", "owner"):
        return f"its {each.how} is not the one that glctl gave it for generation {found.number}"
    return f"it is not what glctl wrote for generation {found.number}"


def _as_text(row: Row, console: Console) -> str:
    """``run: registry: (pid 12) 3m 2s, 27.1 MB, 14 open files; run: log: (pid 11) 3m 2s``."""
    parts = [_line(row.name, row.status, console, bad=row.should_run and not row.runs)]
    if row.memory is not None:
        parts.append(f"{row.memory / 1e6:.1f} MB")
    if row.open_files is not None:
        parts.append(f"{row.open_files} open files")
    text = ", ".join(parts)
    if row.status.is_supervised and row.log.state != "not installed":
        text += "; " + _line("log", row.log, console, bad=row.log.state != "run")
    return text


def _line(name: str, status: Status, console: Console, bad: bool) -> str:
    state = console.paint(status.state, "red" if bad else "green" if status.state == "run" else "yellow")
    return f"{state}: {name}: {status}" if status.is_supervised else f"{state}: {name}"
