"""TLS: what clients are shown, and the files that it comes from."""

from __future__ import annotations

from glctl.doctor.checks.tls import dates, files, handshake, loaded, names, strength, trust

CHECKS = (
    files.CHECK,
    handshake.CHECK,
    handshake.ELSEWHERE,
    loaded.CHECK,
    dates.CHECK,
    names.CHECK,
    trust.CHECK,
    strength.CHECK,
)
