"""Certificates: issued by an authority that clients trust, with all that is between."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glctl.doctor import tls
from glctl.doctor.check import Check
from glctl.errors import GlctlError
from glctl.findings.found import found
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.clients.certificates import Certificate
    from glctl.clients.failures import Failure
    from glctl.doctor.facts import Facts
    from glctl.doctor.tls import Place
    from glctl.findings.model import Finding

# How authorities call those that issue for them; a root is hardly ever called so.
_INTERMEDIATE = Pattern(r"\b(intermediate|issuing|subordinate|sub[ -]?ca)\b", re.IGNORECASE)


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Verify each chain as clients do: with the authorities that were added here, then with the system's."""
    notes = []
    for place in tls.require_shown(facts, by_name=True):
        trusted, failure = _trusted_by(facts, place)
        if failure:
            yield _finding(facts, place, failure)
        else:
            notes.append(trusted)
    return ", ".join(notes)


def _trusted_by(facts: Facts, place: Place) -> tuple[str, Failure | None]:
    """Through what *place* is trusted, or why it is not."""
    from glctl.clients.tls import why_not_trusted

    added = _added(facts, place)
    if added and why_not_trusted(place.address, place.host, added) is None:
        return f"trusted through {added[0].parent}", None
    failure = why_not_trusted(place.address, place.host)
    if failure is None:
        return "trusted by this system", None
    if tls.is_insecure_for_docker(facts.observed, place):
        return "docker is told to take it as it is (insecure-registries)", None
    return "", failure


def _added(facts: Facts, place: Place) -> tuple[Path, ...]:
    """The authorities that were added here: docker's for this registry, else those for the whole machine."""
    observed = facts.observed
    return tls.certificates_of_docker(observed, place) or tls.trusted_certificates(observed)


def _finding(facts: Facts, place: Place, failure: Failure) -> Finding:
    path = _path(place.shown.chain)
    own, last = path[0], path[-1]
    file = place.pairs[0].certificate if place.pairs else "the certificate"
    if missing := _missing_intermediate(last):
        return found(
            "certificate-chain-incomplete",
            place.label,
            f"{place.label} sends no certificate of {last.issuer}, which has issued its own.",
            remedy=f"Append it to {file}, then: glctl hup nginx",
            evidence=[
                failure.message,
                missing,
                *(f"it sends {each.subject} instead" for each in place.shown.chain if each not in path),
            ],
        )
    what = "is self-signed" if own.self_issued else f"is issued by {last.issuer}, an authority of your own"
    where = place.label.removeprefix("https://")
    added = _added(facts, place)
    if old := _expired(added, last):
        return found(
            "certificate-expired",
            str(old[0]),
            f"The authority {last.issuer}, which {place.label} leads to, has expired.",
            remedy="Renew the authority itself, and give it to all clients: on each\n"
            f"/etc/docker/certs.d/{where}/ca.crt",
            evidence=[f"{old[0]} is valid until {datetime.fromtimestamp(old[1].not_after, UTC):%Y-%m-%d}"],
        )
    return found(
        "certificate-untrusted",
        place.label,
        f"The certificate at {place.label} {what}: clients refuse it unless they are given it.",
        remedy=f"On every client (docker needs no restart):\n/etc/docker/certs.d/{where}/ca.crt",
        evidence=[failure.message, *(f"{path} does not vouch for it" for path in added)],
        # Many run it so on purpose. Where authorities were added here, and this is none of them, it is not.
        severity="warning" if added else "info",
    )


def _path(chain: tuple[Certificate, ...]) -> list[Certificate]:
    """The server's own certificate and who is above it, as far as that is sent; others may be sent, too."""
    path = [chain[0]]
    while above := next((c for c in chain if c.subject == path[-1].issuer and c not in path), None):
        path.append(above)
    return path


def _expired(authorities: tuple[Path, ...], last: Certificate) -> tuple[Path, Certificate] | None:
    """The authority that has issued *last*, where it is among *authorities* and has expired."""
    from glctl.clients.certificates import read_pem

    for path in authorities:
        try:
            known = read_pem(path.read_text(), str(path))
        except (OSError, ValueError, GlctlError):
            continue
        for each in known:
            if each.subject == last.issuer and each.not_after < time.time():
                return path, each
    return None


def _missing_intermediate(last: Certificate) -> str:
    """How it is known that the issuer of *last*, which is not sent, is no root; empty where it may be one."""
    if last.self_issued:
        return ""
    for url in last.issuer_urls[:1]:
        issuer = _fetched(url)
        if issuer and issuer.subject == last.issuer:
            return "" if issuer.self_issued else f"{url} has it, issued by {issuer.issuer}"
    if _INTERMEDIATE.search(last.issuer):
        return "by its name it is no root"
    return ""


def _fetched(url: str) -> Certificate | None:
    """The certificate at *url* (RFC 5280, section 4.2.2.1: DER), or None."""
    from glctl.clients.certificates import read_der
    from glctl.clients.http import Client

    with Client(connect_timeout=1.5, read_timeout=1.5) as client:
        answer = client.request("GET", url)
    try:
        return read_der(answer.body) if answer.status == 200 else None
    except ValueError:
        return None


CHECK = Check("certificate-trust", "Certificates lead to a trusted authority.", run, requires=("tls",))
