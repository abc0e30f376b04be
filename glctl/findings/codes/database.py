"""The metadata database of GitLab's registry."""

from __future__ import annotations

from glctl.findings.model import Code

_MARKS = (
    "the files database-in-use and filesystem-in-use below docker/registry/lockfiles, against the setting"
)
_SOURCE = "GitLab, Container registry metadata database"
_TROUBLE = "GitLab, Troubleshooting the container registry metadata database"
_LOG = "a line of the registry's log"
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
    # --- told by the registry's log only
    Code(
        "database-login-refused",
        "PostgreSQL does not let the registry into the metadata database.",
        _LOG,
        "Correct registry['database']['user'] and ['password'], or pg_hba.conf.",
        "PostgreSQL, error codes: class 28",
        symptoms=("password authentication failed for user", "SQLSTATE 28P01"),
        explains=(*_ENDS, "registry-unhealthy"),
    ),
    Code(
        "database-migrations-pending",
        "The metadata database lacks migrations that this version of the registry needs.",
        _LOG,
        "sudo gitlab-ctl registry-database migrate up",
        _TROUBLE,
        symptoms=("there are pending database migrations",),
        explains=_ENDS,
    ),
    Code(
        "database-too-old",
        "PostgreSQL is older than this registry supports.",
        _LOG,
        "Upgrade PostgreSQL.",
        "GitLab container registry: the check at its start",
        symptoms=("the database version is lower than the minimal supported version",),
        explains=_ENDS,
    ),
    Code(
        "database-read-only",
        "The metadata database takes no changes: it is a replica, or read-only by default.",
        _LOG,
        "Have registry['database']['host'] name the primary; SHOW default_transaction_read_only must be off.",
        _TROUBLE,
        symptoms=("cannot execute … in a read-only transaction", "SQLSTATE 25006"),
        explains=("push-failed",),
    ),
    Code(
        "database-not-owned",
        "The registry's user does not own the metadata database, so it cannot make tables there.",
        _LOG,
        "ALTER DATABASE registry OWNER TO registry;",
        _TROUBLE,
        symptoms=("permission denied for schema public", "SQLSTATE 42501"),
        explains=(*_ENDS, "database-migrations-pending"),
    ),
    Code(
        "database-bytea-escaped",
        "PostgreSQL answers with bytes in a form that the registry cannot read.",
        _LOG,
        "ALTER DATABASE registry SET bytea_output = 'hex';",
        _SOURCE,
        symptoms=("convert field … failed: invalid hex format",),
        explains=("push-failed", "pull-failed"),
    ),
    Code(
        "database-tags-left",
        "An import into the metadata database finds what an earlier one left there.",
        _LOG,
        "If the registry has never run with the database: TRUNCATE TABLE tags RESTART IDENTITY CASCADE;",
        _TROUBLE,
        symptoms=("tags table is not empty",),
        interrupts=True,
    ),
)
