"""The metadata database and storage agree on who knows the images (catalogue: M02 to M05).

GitLab's registry marks its storage with a file when it starts on one of the two, and refuses the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.storage.directory import directory_of_images
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_DIRECTORY = "docker/registry/lockfiles"
_DATABASE, _FILESYSTEM = "database-in-use", "filesystem-in-use"


def mode(facts: Facts) -> Literal["on", "off", "prefer"]:
    """Whether the registry is to use its metadata database."""
    enabled = str(facts.observed.setting("database", "enabled")).lower()
    return "on" if enabled == "true" else "prefer" if enabled == "prefer" else "off"


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare the marks with the setting."""
    from glctl.doctor.images import has_repositories

    top = directory_of_images(facts)
    marks = {name for name in (_DATABASE, _FILESYSTEM) if (top / _DIRECTORY / name).exists()}
    wanted = mode(facts)
    if not marks and wanted == "off":
        raise NotTriedError("there is none: registry['database'] is not enabled, and never was")
    where = str(top / _DIRECTORY)
    if len(marks) > 1:
        yield found("database-both-marks", where, f"{where} holds both {_DATABASE} and {_FILESYSTEM}.")
    elif wanted == "off" and _DATABASE in marks:
        yield found(
            "database-turned-off",
            where,
            "The images are in the metadata database, and registry['database'] is not enabled.",
        )
    elif wanted == "on" and _FILESYSTEM in marks:
        yield found(
            "database-not-imported",
            where,
            "registry['database'] is enabled, and its images were never imported into it.",
        )
    elif wanted != "off" and not marks and has_repositories(top):
        yield found(
            "database-without-mark",
            where,
            f"The metadata database is {wanted}, and storage holds images without a mark of who knows them: "
            "a registry that starts so takes itself for a new one, without any images.",
        )
    return f"{', '.join(sorted(marks)) or 'no mark'}, database {wanted}"


CHECK = Check(
    "database-marks", "The metadata database and storage agree.", run, requires=("storage",), speaks=True
)
