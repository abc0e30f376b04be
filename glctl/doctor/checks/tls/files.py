"""The files that TLS needs: there, readable, certificate and key a pair, the key nobody else's."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from glctl.doctor import tls
from glctl.doctor.check import Check, NotTriedError
from glctl.errors import GlctlError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.doctor.tls import Pair
    from glctl.findings.model import Finding
    from glctl.secret import Secret


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at every pair, and at what else nginx is told to read."""
    observed = facts.observed
    of_nginx, of_registry = tls.pairs_of_nginx(observed), tls.pairs_of_registry(observed)
    if not of_nginx and not of_registry:
        raise NotTriedError("no certificate is configured here")
    passwords = tuple(p for path in tls.password_files(observed) if path.exists() for p in _lines(path))
    for service, pairs in (("nginx", of_nginx), ("registry", of_registry)):
        for pair in pairs:
            yield from _judge(pair, service, passwords)
    for directive, path in tls.other_files(observed):
        if not path.exists():
            yield found(
                "tls-file-missing",
                str(path),
                f"{path}, which nginx is told to read ({directive}), is not there.",
                remedy=f"Restore it, or take {directive} out of registry['nginx']; then: glctl reconfigure",
            )
    return ", ".join(str(pair.certificate) for pair in (*of_nginx, *of_registry))


def _lines(path: Path) -> list[Secret]:
    from glctl.secret import Secret

    return [Secret(line) for line in path.read_text(errors="replace").splitlines() if line]


def _judge(pair: Pair, service: str, passwords: tuple[Secret, ...]) -> Generator[Finding, None, None]:
    from glctl.clients.certificates import public_key_of, read_pem
    from glctl.secret import Secret

    missing = [path for path in (pair.certificate, pair.key) if not path.exists()]
    for path in missing:
        yield found(
            "certificate-missing",
            str(path),
            f"{path}, which {service} is told to use, is not there.",
            remedy=f"Put the pair of PEM files there, or name the right ones:\n{_setting(service, pair)}",
        )
    if missing:
        return
    try:
        first, *others = read_pem(pair.certificate.read_text(errors="replace"), str(pair.certificate))
        public = public_key_of(Secret(pair.key.read_text(errors="replace")), str(pair.key), passwords)
    except GlctlError as error:
        yield found("certificate-unusable", service, error.message, remedy=error.hint)
        return
    if public != first.public_key:
        own = next((other for other in others if other.public_key == public), None)
        yield found(
            "certificate-key-mismatch",
            str(pair.certificate),
            f"{pair.key} is not the key of {pair.certificate}: {service} will not start with them.",
            remedy=f"Let the server's own certificate, {own.subject}, be the first of that file."
            if own
            else "",
            evidence=[f"the first certificate there is that of {first.subject or ', '.join(first.names)}"],
        )
    if exposed := _exposed_by(pair.key):
        yield found(
            "private-key-exposed",
            str(pair.key),
            f"Every account of this machine can read the private key {pair.key} (mode {exposed:04o}).",
            remedy=f"chmod 0600 {pair.key}",
        )


def _setting(service: str, pair: Pair) -> str:
    if service == "registry":
        values = f"_CERTIFICATE' => '{pair.certificate}', 'REGISTRY_HTTP_TLS_KEY' => '{pair.key}'"
        return f"registry['env'] = {{ 'REGISTRY_HTTP_TLS{values} }}"
    return f"registry['nginx']['ssl_certificate'] = '{pair.certificate}'"


def _exposed_by(path: Path) -> int:
    """The mode of a file that everybody can read, being able to reach it; else 0."""
    mode = stat.S_IMODE(path.stat().st_mode)
    reachable = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)
    return mode if mode & stat.S_IROTH and reachable else 0


CHECK = Check(
    "tls-files", "What TLS needs is there: certificates with their keys.", run, requires=("virtual-host",)
)
