"""Garbage collection, and what may be deleted."""

from __future__ import annotations

from glctl.findings.model import Code

_SOURCE = "distribution, garbage collection; GitLab, Container registry garbage collection"

CODES = (
    Code(
        "registry-read-only",
        "The registry refuses pushes and deletions: it is in its read-only mode.",
        "storage.maintenance.readonly, and no process that collects garbage",
        "Take 'readonly' out of registry['storage']['maintenance'] or registry['env'].\nglctl reconfigure",
        _SOURCE,
        symptoms=("405 Method Not Allowed", "UNSUPPORTED: The operation is unsupported"),
        explains=("push-failed",),
        interrupts=True,
    ),
    Code(
        "garbage-unprotected",
        "Garbage is collected while the registry accepts pushes: layers of a push under way may be deleted.",
        "a process garbage-collect, and no read-only mode",
        "glctl registry-garbage-collect    # keeps pushes out meanwhile",
        "distribution issues 1755, 3178",
        symptoms=("manifest unknown", "blob unknown to registry"),
    ),
    Code(
        "garbage-job-unprotected",
        "A job of cron collects garbage while the registry accepts pushes.",
        "the tables of cron",
        "Call glctl registry-garbage-collect (with gitlab-ctl on an Omnibus host) instead.",
        "distribution issues 1755, 3178",
        severity="warning",
    ),
    Code(
        "garbage-job-with-database",
        "A job of cron collects garbage offline, which a registry with a metadata database does itself.",
        "the tables of cron, and registry['database']",
        "Remove the job.",
        _SOURCE,
        symptoms=("offline garbage collection is no longer possible",),
    ),
    Code(
        "deletion-disabled",
        "The registry deletes nothing: it answers 405, and GitLab's clean-up policies fail.",
        "storage.delete.enabled",
        "registry['storage_delete_enabled'] = true\nglctl reconfigure",
        "distribution, configuration: delete",
        symptoms=("UNSUPPORTED: The operation is unsupported",),
        told_with=("storage-driver-", "registry-config-invalid"),  # then there are no settings of storage
        severity="warning",
    ),
)
