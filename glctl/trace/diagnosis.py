"""What a Conversation means: the Findings of the rules, each told once, causes first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.findings.report import Report, link
from glctl.trace import clocks, of_client, of_storage, of_tokens, of_uploads, of_way
from glctl.trace.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.findings.model import Finding
    from glctl.trace.exchange import Conversation

# Each looks at all of it. Where two see the same, the first tells.
_RULES = (
    of_client.judge,
    clocks.judge,
    of_storage.judge,
    of_tokens.judge,
    of_uploads.judge,
    of_way.judge,
)
_CHECK = "trace"
_EVIDENCE = 20  # lines of one finding


def diagnose(conversation: Conversation, target: str = "registry") -> Report:
    """What is wrong in it; nothing where all is well."""
    talk = Talk(conversation)
    findings = _once(finding for rule in _RULES for finding in rule(talk))
    return Report(target, link(findings), (), conversation.seconds * 1000)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same of the same subject is one finding, with all evidence."""
    merged: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.code, finding.subject
        first = merged.get(key)
        evidence = (*(first.evidence if first else ()), *finding.evidence)
        merged[key] = replace(
            first or finding, check=_CHECK, evidence=tuple(dict.fromkeys(evidence))[:_EVIDENCE]
        )
    return tuple(merged.values())
