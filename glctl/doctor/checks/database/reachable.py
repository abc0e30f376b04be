"""The metadata database answers where the registry looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.database.lock_files import mode
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.tcp import Place
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_PORT = 5432


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Ask PostgreSQL whether it speaks TLS, which needs no account."""
    from glctl.clients.postgres import why_not
    from glctl.clients.tcp import written

    wanted = mode(facts)
    if wanted == "off":
        raise NotTriedError("registry['database'] is not enabled")
    place = _place(facts)
    failure = why_not(place)
    if failure:
        yield found(
            "database-unreachable",
            written(place),
            f"The metadata database does not answer: {failure.message}.",
            severity="error" if wanted == "on" else "info",  # else it goes on without
        )
        return "no answer"
    return f"{written(place)} answers"


def _place(facts: Facts) -> Place:
    host = str(facts.observed.setting("database", "host") or "127.0.0.1")
    port = int(facts.observed.setting("database", "port") or _PORT)
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host.strip("[]"), port)


CHECK = Check("database", "The metadata database answers.", run, requires=("configuration",))
