"""Remedies, and the commands in notes, as they are typed on this host."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.console import as_called

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed
    from glctl.findings.report import Report
    from glctl.settings.platform import Platform

# What gitlab-ctl does on an Omnibus host, where glctl refuses it.
_CHANGES = re.compile(r"(?<![\w/.-])glctl(?= (?:reconfigure(?! --dry-run)|start|stop|restart|hup)\b)")


def as_typed_here(report: Report, platform: Platform, called: str) -> Report:
    """*report* with commands for this host; *called* is how this run was called (``glctl --root DIR``)."""
    return replace(
        report,
        findings=tuple(replace(f, remedy=_typed(f.remedy, platform, called)) for f in report.findings),
        checks=tuple(replace(c, because=as_called(c.because, called)) for c in report.checks),
    )


def of_setting(observed: Observed, *path: str, otherwise: str) -> str:
    """How the value at *path* of config.yml is put right: where a variable sets it, no other line counts."""
    variable = observed.variable(*path)
    return f"Remove {variable} from registry['env'] and run:\nglctl reconfigure" if variable else otherwise


def _typed(remedy: str, platform: Platform, called: str) -> str:
    if not platform.manages_services:
        remedy = _CHANGES.sub("gitlab-ctl", remedy)
    return as_called(remedy, called)
