"""Which registry this is."""

from __future__ import annotations

from glctl.findings.model import Code

_TOLD = "what the registry's program answers to --version"

CODES = (
    Code(
        "registry-v3-keys",
        "This is distribution's registry 3, which names keys otherwise than GitLab, and refuses its tokens.",
        _TOLD,
        "Use GitLab's own registry, or distribution's 2.8.",
        "distribution issue 4299",
        symptoms=("token signed by untrusted key with ID",),
        explains=("token-refused", "token-untrusted-key", "push-failed"),
    ),
    Code(
        "registry-without-database",
        "A metadata database is configured, and this registry has none: only GitLab's has.",
        _TOLD,
        "Take registry['database'] out, or use GitLab's own registry.",
        "distribution, configuration",
        told_with=("database-",),
        severity="warning",
    ),
    Code(
        "registry-too-old",
        "This registry's health check fails as long as the bucket is empty.",
        _TOLD,
        "Upgrade it. Meanwhile: registry['health_storagedriver_enabled'] = false",
        "omnibus-gitlab merge request 2429",
        severity="warning",
    ),
    Code(
        "program-replaced",
        "A service still runs the program that an upgrade has replaced.",
        "/proc/PID/exe",
        "glctl restart SERVICE",
        "proc(5)",
        severity="warning",
        interrupts=True,
    ),
)
