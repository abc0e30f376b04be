"""What is served against what lies on disk: servers read certificates only when they start or reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor import tls
from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.tls import dates
from glctl.errors import GlctlError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.clients.certificates import Certificate
    from glctl.doctor.facts import Facts
    from glctl.doctor.tls import Place
    from glctl.findings.model import Finding, Severity

_RELOAD = {"nginx": "glctl hup nginx", "registry": "glctl restart registry"}


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare each chain with the files that it should come from."""
    places = [place for place in facts.tls_here() if place.shown.chain and place.pairs]
    if not places:
        raise NotTriedError("this machine shows no certificate")
    for place in places:
        on_disk = [chain for pair in place.pairs if (chain := _read(pair.certificate))]
        if on_disk and not any(_is_shown(chain, place) for chain in on_disk):
            yield from _judge(facts, place, on_disk[0])
    return ", ".join(place.label for place in places)


def _read(path: Path) -> tuple[Certificate, ...]:
    from glctl.clients.certificates import read_pem

    try:
        return read_pem(path.read_text(errors="replace"), str(path))
    except (FileNotFoundError, GlctlError):  # that is told by tls-files
        return ()


def _is_shown(chain: tuple[Certificate, ...], place: Place) -> bool:
    """Whether all of a file is sent; OpenSSL may add to it what else it knows."""
    shown = {certificate.fingerprint for certificate in place.shown.chain}
    return chain[0].fingerprint == place.shown.chain[0].fingerprint and all(
        certificate.fingerprint in shown for certificate in chain
    )


def _judge(facts: Facts, place: Place, on_disk: tuple[Certificate, ...]) -> Generator[Finding, None, None]:
    shown, path, now = place.shown.chain[0], place.pairs[0].certificate, dates.right_time(facts)
    if other := _other_virtual_host(facts, shown):
        yield found(
            "wrong-virtual-host",
            place.label,
            f"Another virtual host answers for {place.host}: it shows the certificate {other}.",
            evidence=[f"{path} is what the registry's own is to show"],
        )
        return
    if on_disk[0].not_after < now:
        yield from dates.judge(on_disk[0], str(path), now)
        return
    bad = not shown.not_before <= now <= shown.not_after or not (not place.host or shown.is_for(place.host))
    severity: Severity = "error" if bad or len(place.shown.chain) < len(on_disk) else "warning"
    yield found(
        "certificate-not-reloaded",
        place.label,
        f"{place.service} still shows another certificate at {place.label} than the one in {path}.",
        remedy=_RELOAD[place.service],
        evidence=[
            f"shown: {len(place.shown.chain)} certificate(s), the first {shown.fingerprint[:16]}…",
            f"{path}: {len(on_disk)} certificate(s), the first {on_disk[0].fingerprint[:16]}…",
        ],
        severity=severity,
    )


def _other_virtual_host(facts: Facts, shown: Certificate) -> Path | None:
    """The file of nginx's that another virtual host has *shown* from; None where there is none."""
    ours = {pair.certificate for pair in tls.pairs_of_nginx(facts.observed)}
    for path in tls.certificates_of_others(facts.observed):
        if path not in ours and any(c.fingerprint == shown.fingerprint for c in _read(path)[:1]):
            return path
    return None


CHECK = Check(
    "certificate-loaded", "The certificate on disk is the one that is shown.", run, requires=("tls",)
)
