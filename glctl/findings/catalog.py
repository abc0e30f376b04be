"""The one catalogue of what can be wrong. Checks, log rules, diagnostics and traces refer to its names.

``doctor --explain CODE`` prints an entry; links (*explains*) put consequences under their cause.
"""

from __future__ import annotations

from glctl.findings.codes import (
    clock,
    configuration,
    doctor,
    gitlabrb,
    nginx,
    proxy,
    push,
    registry,
    s3,
    services,
    storage,
    tls,
    tokens,
)

# Each module's first line names its area.
AREAS = (
    gitlabrb,
    configuration,
    services,
    clock,
    registry,
    nginx,
    tls,
    proxy,
    tokens,
    storage,
    s3,
    push,
    doctor,
)

CODES = {code.name: code for area in AREAS for code in area.CODES}
