"""Programs that were replaced under a service that runs: it is still the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_GONE = " (deleted)"


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look whether the file that each process runs is still that of its name."""
    from glctl.services.processes import link_text

    seen = []
    for name in ("registry", "nginx"):
        pid = facts.services()[name].status.pid if facts.is_up(name) else None
        program = link_text(pid, "exe") if pid else ""
        if program:
            seen.append(name)
        if program.endswith(_GONE):
            yield found(
                "program-replaced",
                name,
                f"{name} still runs the program that {program.removesuffix(_GONE)} was before an upgrade.",
                remedy=f"glctl restart {name}",
            )
    if not seen:
        raise NotTriedError("nothing runs whose program may be seen")
    return ", ".join(seen)


CHECK = Check("programs", "Services run the programs that are installed.", run, requires=("supervisor",))
