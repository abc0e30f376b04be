"""The registry's key pair, and the tokens that are signed with it.

GitLab signs what its users may do with the private key; the registry checks it with the certificate
(``auth.token.rootcertbundle``). Whoever holds the key can make a token, so glctl needs no password to probe.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from glctl.errors import GlctlError
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # Named so for other rooms, which import no cryptography.
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey as RSAPrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
    from cryptography.x509 import Certificate

KEY_BITS = 4096  # this and the next as Omnibus has it
VALIDITY = timedelta(days=3650)
TOKEN_LIFETIME = 300  # seconds; GitLab's default for container_registry_token_expire_delay
NOT_BEFORE_MARGIN = 5  # seconds; GitLab dates its tokens back by as much

_BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_KEY_HINT = "it should be a PEM file with an RSA PRIVATE KEY"  # the line itself would be masked
_CERTIFICATE_HINT = f"it should be a PEM file that begins with {_BEGIN_CERTIFICATE}"


def generate_key(bits: int = KEY_BITS) -> Secret:
    """A new RSA private key, PEM; 4096 bits take up to some seconds to find."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    # PKCS#1, "BEGIN RSA PRIVATE KEY", is what Ruby's to_pem writes into gitlab-secrets.json.
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return Secret(pem.decode())


def certify(key: Secret, now: float, label: str = "registry['internal_key']") -> str:
    """The self-signed certificate, PEM, of a private key, valid from *now* (Unix time).

    As Omnibus makes it, but for two things that the X.509 library refuses and nothing reads: the country is
    US instead of USA, the serial number 1 instead of 0. GlctlError names *label* where the key is unusable.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    private = read_private_key(key, label)
    name = x509.Name.from_rfc4514_string("CN=Registry,OU=Container,O=GitLab,C=US")
    start = datetime.fromtimestamp(now, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + VALIDITY)
        .public_key(private.public_key())
        .sign(private, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def read_private_key(pem: Secret, label: str) -> RSAPrivateKey:
    """The RSA key in *pem*; GlctlError names *label* (a path or a setting) and what is wrong with it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = pem.reveal()
    if not text.strip():
        raise GlctlError(f"{label}: empty, where a private key should be.", _KEY_HINT)
    if "PRIVATE KEY-----" not in text:
        held = "a certificate" if _BEGIN_CERTIFICATE in text else "no PEM"
        raise GlctlError(f"{label}: holds {held}, not a private key.", _KEY_HINT)
    try:
        # Testing the primes takes 0.2 s, and guards against hostile keys only; this one is the
        # administrator's, and sign_token() notices a damaged one.
        key = load_pem_private_key(text.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        raise GlctlError(
            f"{label}: the private key is encrypted.", "neither GitLab nor glctl knows its passphrase"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise GlctlError(
            f"{label}: the private key cannot be read: it is cut off or damaged.", _KEY_HINT
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise GlctlError(
            f"{label}: the private key is not RSA.", "the registry's tokens are signed with RS256"
        )
    return key


def read_certificates(pem: str, label: str) -> tuple[Certificate, ...]:
    """The certificates in the bundle *pem*, one at least; GlctlError names *label* and what is wrong."""
    from cryptography.utils import CryptographyDeprecationWarning
    from cryptography.x509 import load_pem_x509_certificates

    # Omnibus gives its certificates the serial number 0; the library minds, the registry does not.
    warnings.filterwarnings("ignore", "Parsed a serial number", CryptographyDeprecationWarning)

    if _BEGIN_CERTIFICATE not in pem:
        if "PRIVATE KEY-----" in pem:
            raise GlctlError(
                f"{label}: holds a private key, not a certificate.", "key and certificate may be swapped"
            )
        raise GlctlError(f"{label}: holds no PEM certificate.", _CERTIFICATE_HINT)
    try:
        return tuple(load_pem_x509_certificates(pem.encode()))
    except ValueError:
        raise GlctlError(f"{label}: a certificate in it is cut off or damaged.", _CERTIFICATE_HINT) from None


def key_id(public_key: CertificatePublicKeyTypes) -> str:
    """The id under which the registry knows a public key (libtrust): what ``kid`` in a token's header names.

    Base32 of the first 240 bits of the SHA-256 of its DER SubjectPublicKeyInfo, in twelve groups of four.
    """
    digest = hashlib.sha256(_public_der(public_key)).digest()[:30]
    text = base64.b32encode(digest).decode()
    return ":".join(text[start : start + 4] for start in range(0, len(text), 4))


def thumbprint(public_key: RSAPublicKey) -> str:
    """The id by which version 3 of the upstream registry knows an RSA key: its JWK thumbprint (RFC 7638)."""
    numbers = public_key.public_numbers()
    members = {"e": _integer(numbers.e), "kty": "RSA", "n": _integer(numbers.n)}
    return _base64url(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says of itself, unverified: *header* and *claims* as its JSON has them."""

    header: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)

    def granted(self, repository: str) -> frozenset[str]:
        """The actions that it grants on *repository*."""
        entries = self.claims.get("access")
        return frozenset(
            str(action)
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict) and entry.get("name") == repository
            for action in (entry.get("actions") or ())
        )


def read_token(token: Secret) -> Token | None:
    """What a JWT says, without asking whether it is true; None where it is none."""
    try:
        header, claims, _ = (_decoded(part) for part in token.reveal().split("."))
        found = Token(json.loads(header), json.loads(claims))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found.header, dict) and isinstance(found.claims, dict) else None


def matches(key: RSAPrivateKey, certificate: Certificate) -> bool:
    """Whether *certificate* is for *key*."""
    return _public_der(key.public_key()) == _public_der(certificate.public_key())


def sign_token(
    key: RSAPrivateKey,
    *,
    issuer: str,
    audience: str,
    subject: str = "",
    access: Sequence[Mapping[str, object]] = (),
    now: float,
    lifetime: int = TOKEN_LIFETIME,
    kid: str = "",
) -> Secret:
    """A token (JWT, RS256) as GitLab gives its users, valid for *lifetime* seconds from *now* (Unix time).

    *audience* is the registry's ``service``; *access* lists what is granted, see
    :func:`glctl.clients.distribution.grant`; *kid* names the key otherwise than :func:`key_id` does.
    Raises GlctlError where the key is damaged.
    """
    issued = int(now)
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": audience,  # a string: the registry does not accept the list that JWT allows
        "exp": issued + lifetime,
        "nbf": issued - NOT_BEFORE_MARGIN,
        "iat": issued,
        "jti": os.urandom(16).hex(),
        "access": [dict(item) for item in access],
    }
    header = {"typ": "JWT", "alg": "RS256", "kid": kid or key_id(key.public_key())}
    signed = f"{_segment(header)}.{_segment(claims)}"
    return Secret(f"{signed}.{_base64url(_rs256(key, signed.encode()))}")


def _rs256(key: RSAPrivateKey, data: bytes) -> bytes:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    try:
        key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise GlctlError(
            "the registry's private key is damaged: its halves do not belong together."
        ) from None
    return signature


def _public_der(public_key: CertificatePublicKeyTypes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _segment(part: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(part, separators=(",", ":")).encode())


def _integer(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
