"""A certificate authority for some hours, whose key never leaves a private directory."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "glctl trace"
_LIFETIME = timedelta(days=1)
_UNUSED = (
    *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("encipher_only", "decipher_only"),
)
_SLACK = timedelta(hours=12)  # for a client whose clock is late: it is to be told so, not to fail here
# Where systems keep the certificates that they trust, in one file (as Go looks for them, crypto/x509).
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def make_authority(now: float) -> tuple[str, str]:
    """Key and certificate, PEM, of a new authority that counts for a day from *now* (Unix time) on."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name.from_rfc4514_string(f"CN={NAME},O={NAME}")
    moment = datetime.fromtimestamp(now, UTC)
    usage = dict.fromkeys(_UNUSED, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .serial_number(x509.random_serial_number())
        .public_key(key.public_key())
        .not_valid_before(moment - _SLACK)
        .not_valid_after(moment + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def trusted_bundle(environment: Mapping[str, str]) -> str:
    """The certificates, PEM, that programs with this *environment* trust; empty where none are found."""
    own = environment.get("SSL_CERT_FILE", "")
    default = ssl.get_default_verify_paths()
    for path in filter(None, (own, *_BUNDLES, default.cafile)):
        try:
            return Path(path).read_text(errors="replace")
        except OSError:
            continue
    return ""
