"""Making a Finding from the Code catalogue: what is not said is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.findings.catalog import CODES
from glctl.findings.model import Finding
from glctl.secret import mask_by_looks, mask_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.findings.model import Severity


def found(
    code: str,
    subject: str,
    summary: str,
    *,
    cause: str = "",
    remedy: str = "",
    evidence: Iterable[str] = (),
    severity: Severity | None = None,
) -> Finding:
    """A Finding of *code* on *subject*; the runner adds which check saw it.

    Summary, cause and evidence may quote a log or an answer: credentials in them are masked. A remedy names
    settings, secret ones too, and may hold an address.
    """
    entry = CODES[code]
    return Finding(
        code=code,
        check="",
        subject=mask_text(subject),
        severity=severity or entry.severity,
        summary=mask_text(summary),
        cause=mask_text(cause or entry.meaning),
        remedy=mask_by_looks(remedy or entry.remedy),
        evidence=tuple(map(mask_text, evidence)),
    )
