"""Certificates: within their dates, by a clock that is right."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.clocks import WARN_FROM
from glctl.doctor.tls import require_shown
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.certificates import Certificate
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_DAY = 86400.0
WARN_BEFORE = 14 * _DAY  # Let's Encrypt's are renewed 30 days before: then renewing does not work


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Judge all that is sent: an intermediate that has expired is as bad."""
    now = right_time(facts)
    told: dict[str, tuple[Certificate, str]] = {}
    for place in require_shown(facts):
        for certificate in place.shown.chain:
            root = certificate.self_issued and certificate is not place.shown.chain[0]
            if not root:  # clients have their own copy of it
                told.setdefault(certificate.fingerprint, (certificate, place.label))
    for certificate, label in told.values():
        yield from judge(certificate, label, now)
    first = min((certificate.not_after for certificate, _ in told.values()), default=now)
    return f"until {_day(first)}"


def right_time(facts: Facts) -> float:
    """Now (Unix time): by independent clocks where this machine's is off."""
    offset = facts.clock().offset or 0.0
    return time.time() + (offset if abs(offset) > WARN_FROM else 0.0)


def judge(certificate: Certificate, where: str, now: float) -> Generator[Finding, None, None]:
    """Tell whether *certificate* counts at the time *now* (Unix time), and soon."""
    name = certificate.common_name or certificate.subject or ", ".join(certificate.names)
    evidence = [f"it is valid from {_day(certificate.not_before)} to {_day(certificate.not_after)}"]
    if now > certificate.not_after:
        summary = f"The certificate {name} at {where} has expired on {_day(certificate.not_after)}."
        code = "certificate-expired"
    elif now < certificate.not_before:
        summary = f"The certificate {name} at {where} is not valid before {_day(certificate.not_before)}."
        code = "certificate-not-yet-valid"
    elif certificate.not_after - now < WARN_BEFORE:
        days = (certificate.not_after - now) / _DAY
        summary = f"The certificate {name} at {where} expires in {days:.0f} days."
        code = "certificate-expiring"
    else:
        return
    remedy = "gitlab-ctl renew-le-certs" if "Let's Encrypt" in certificate.issuer else ""
    yield found(code, where, summary, remedy=remedy, evidence=[*evidence, f"issued by {certificate.issuer}"])


def _day(when: float) -> str:
    try:
        return f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError):
        return "a time out of reach"


CHECK = Check("certificate-dates", "Certificates are valid now, and for a while.", run, requires=("tls",))
