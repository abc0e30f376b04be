"""The metadata database of GitLab's registry."""

from __future__ import annotations

from glctl.findings.model import Code

_MARKS = (
    "the files database-in-use and filesystem-in-use below docker/registry/lockfiles, against the setting"
)
_SOURCE = "GitLab, Container registry metadata database"
_ENDS = ("service-crash-loop", "registry-config-invalid", "registry-panic", "registry-unreachable")

CODES = (
    Code(
        "database-both-marks",
        "Storage is marked for the metadata database and for going without: the registry refuses to start.",
        _MARKS,
        "Remove the wrong one of the two files: filesystem-in-use, if the database holds the images.",
        _SOURCE,
        symptoms=("database-in-use and filesystem-in-use lockfiles present",),
        explains=_ENDS,
    ),
    Code(
        "database-turned-off",
        "The metadata database was switched off after the images had been imported into it.",
        _MARKS,
        "registry['database'] = { 'enabled' => true, … }\nglctl reconfigure",
        _SOURCE,
        symptoms=("registry metadata database in use, please enable the database",),
        explains=_ENDS,
    ),
    Code(
        "database-not-imported",
        "The metadata database is enabled, and the images were not imported into it.",
        _MARKS,
        "Import them (gitlab-ctl registry-database import), or leave the database off until then.",
        _SOURCE,
        symptoms=("registry filesystem metadata in use, please import data before enabling the database",),
        explains=_ENDS,
    ),
    Code(
        "database-without-mark",
        "The metadata database is wanted, storage holds images, and nothing says who knows them.",
        _MARKS,
        "registry['database']['enabled'] = false    # if it was never on",
        "gitlab issue 600955",
        symptoms=("manifest unknown",),
    ),
    Code(
        "database-unreachable",
        "The metadata database does not answer where the registry looks for it.",
        "an SSLRequest to PostgreSQL at database.host and database.port",
        "Start PostgreSQL, or correct registry['database']['host'] and ['port'].",
        "PostgreSQL, frontend/backend protocol",
        symptoms=("failed to connect to `host=…`", "connection refused"),
        explains=(*_ENDS, "registry-unhealthy"),
    ),
)
