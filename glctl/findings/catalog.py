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
    tokens,
)

_AREAS = (gitlabrb, configuration, services, clock, registry, nginx, proxy, tokens, storage, s3, push, doctor)

CODES = {code.name: code for area in _AREAS for code in area.CODES}
