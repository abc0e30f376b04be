"""The one catalogue of what can be wrong. Checks, log rules, diagnostics and traces refer to its names.

``doctor --explain CODE`` prints an entry; links (*explains*) put consequences under their cause.
"""

from __future__ import annotations

from glctl.findings.codes import (
    clock,
    configuration,
    database,
    doctor,
    garbage,
    gitlabrb,
    nginx,
    notifications,
    proxy,
    push,
    registry,
    s3,
    services,
    storage,
    tls,
    tokens,
    trace,
    versions,
)

# Each module's first line names its area.
AREAS = (
    gitlabrb,
    configuration,
    services,
    versions,
    clock,
    registry,
    nginx,
    tls,
    proxy,
    tokens,
    storage,
    database,
    garbage,
    s3,
    notifications,
    push,
    doctor,
    trace,
)

CODES = {code.name: code for area in AREAS for code in area.CODES}
