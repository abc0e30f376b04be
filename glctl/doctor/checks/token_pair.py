"""The pair for tokens: the key that signs them belongs to a certificate that the registry trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare the key with the certificates that the registry trusts."""
    from glctl.clients.keys import key_id, matches, read_certificates

    bundle = facts.observed.setting("auth", "token", "rootcertbundle")
    if not bundle:
        raise NotTriedError("config.yml names no rootcertbundle")
    key = facts.key()
    path = facts.observed.root.at(bundle)
    certificates = read_certificates(_text(path), str(path))
    if not any(matches(key, certificate) for certificate in certificates):
        trusted = ", ".join(key_id(certificate.public_key())[:9] + "…" for certificate in certificates)
        yield found(
            "token-key-mismatch",
            "token-pair",
            str(path),
            "The key that tokens are signed with is not the one that the registry trusts.",
            evidence=[f"the key's id: {key_id(key.public_key())[:9]}…", f"trusted by {path}: {trusted}"],
        )
    return f"key {key_id(key.public_key())[:9]}…, trusted"


def _text(path: object) -> str:
    from pathlib import Path

    from glctl.errors import GlctlError

    try:
        return Path(str(path)).read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise GlctlError(f"{path} cannot be read: {exc.strerror}.", "Run glctl as root.") from None


CHECK = Check("token-pair", "Tokens are signed with the key that the registry trusts.", run)
