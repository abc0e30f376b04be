"""Making a Finding from the Code catalogue: what is not said is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.findings.catalog import CODES
from glctl.findings.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.findings.model import Severity


def found(
    code: str,
    check: str,
    subject: str,
    summary: str,
    *,
    cause: str = "",
    remedy: str = "",
    evidence: Iterable[str] = (),
    severity: Severity | None = None,
) -> Finding:
    """A Finding of *code*, as *check* saw it on *subject*."""
    entry = CODES[code]
    return Finding(
        code=code,
        check=check,
        subject=subject,
        severity=severity or entry.severity,
        summary=summary,
        cause=cause or entry.meaning,
        remedy=remedy or entry.remedy,
        evidence=tuple(evidence),
    )
