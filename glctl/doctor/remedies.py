"""Remedies as they are typed on this host."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.findings.report import Report
    from glctl.settings.platform import Platform

# What gitlab-ctl does on an Omnibus host, where glctl refuses it.
_CHANGES = re.compile(r"(?<![\w/.-])glctl(?= (?:reconfigure|start|stop|restart|hup)\b)")
_COMMANDS = re.compile(r"(?<![\w/.-])glctl(?= (?:reconfigure|start|stop|restart|hup|doctor|tail-logs)\b)")


def as_typed_here(report: Report, platform: Platform, glctl: str) -> Report:
    """*report* with remedies for this host; *glctl* is how this run was called (``glctl --root DIR``)."""
    return replace(
        report,
        findings=tuple(replace(f, remedy=_typed(f.remedy, platform, glctl)) for f in report.findings),
    )


def _typed(remedy: str, platform: Platform, glctl: str) -> str:
    if not platform.manages_services:
        remedy = _CHANGES.sub("gitlab-ctl", remedy)
    return _COMMANDS.sub(lambda _: glctl, remedy)
