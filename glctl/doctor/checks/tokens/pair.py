"""The pair for tokens: the key that signs them belongs to a certificate that the registry trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.errors import GlctlError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.clients.keys import RSAPrivateKey
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare the key with the certificates that the registry trusts."""
    from glctl.clients.keys import key_id

    bundle = facts.observed.setting("auth", "token", "rootcertbundle")
    if not bundle:
        raise NotTriedError("config.yml names no rootcertbundle")
    try:
        key = facts.tokens().key()
    except GlctlError as exc:
        if isinstance(exc.__cause__, PermissionError):
            raise
        yield found("token-key-unusable", "the signing key", _sentence(exc), evidence=_hint(exc))
        return "the key is unusable"
    try:
        yield from _compare(key, facts.observed.path(bundle))
    except GlctlError as exc:
        if isinstance(exc.__cause__, PermissionError):
            raise
        yield found("token-bundle-unreadable", str(bundle), _sentence(exc), evidence=_hint(exc))
        return "the certificate is unusable"
    return f"key {key_id(key.public_key())[:9]}…"


def _compare(key: RSAPrivateKey, bundle: Path) -> Generator[Finding, None, None]:
    from glctl.clients.keys import key_id, matches, read_certificates
    from glctl.doctor.signing import read_text

    text = read_text(bundle)
    if text is None:
        raise GlctlError(f"{bundle}: the certificate that the registry trusts is not there.")
    certificates = read_certificates(text, str(bundle))
    if not any(matches(key, certificate) for certificate in certificates):
        trusted = ", ".join(key_id(certificate.public_key())[:9] + "…" for certificate in certificates)
        yield found(
            "token-key-mismatch",
            str(bundle),
            "The key that tokens are signed with is not the one that the registry trusts.",
            evidence=[f"the key's id is {key_id(key.public_key())[:9]}…, {bundle} trusts {trusted}"],
        )


def _sentence(exc: GlctlError) -> str:
    return f"{exc.message.rstrip('.')}."


def _hint(exc: GlctlError) -> list[str]:
    return [exc.hint] if exc.hint else []


CHECK = Check(
    "token-pair",
    "Tokens are signed with the key that the registry trusts.",
    run,
    requires=("configuration",),
    computes=True,
)
