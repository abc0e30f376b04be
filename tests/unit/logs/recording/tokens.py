"""Tokens that the registry refuses, and the keys they are signed with."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lab import CASES, LAB, Lab

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = {
    "realm": "https://gitlab.example.com/jwt/auth",
    "service": "container_registry",
    "issuer": "omnibus-gitlab-issuer",
}


def signing_pair(name: str) -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = LAB / f"{name}.crt"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, str(path)


def private_key(key: rsa.RSAPrivateKey, name: str) -> str:
    path = LAB / f"{name}.key"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(path)


def key_id(key: rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
    return ":".join(text[i : i + 4] for i in range(0, len(text), 4))


def token(key: rsa.RSAPrivateKey, header: dict[str, str] | None = None, **claims: Any) -> str:
    now = int(time.time())
    payload = {"iss": TOKEN["issuer"], "aud": TOKEN["service"], "sub": "root", "iat": now, "nbf": now - 5}
    payload |= {"exp": now + 300, "jti": "x", "access": []} | claims
    head = {"typ": "JWT", "alg": "RS256", "kid": key_id(key)} if header is None else header
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, payload)]
    signature = key.sign(b".".join(parts), padding.PKCS1v15(), hashes.SHA256())
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def token_case(
    code: str, make: Callable[[rsa.RSAPrivateKey, rsa.RSAPrivateKey], str], path: str = "/v2/"
) -> None:
    def record(lab: Lab) -> None:
        key, bundle = signing_pair("registry")
        other, _ = signing_pair("other")
        with lab.registry(auth={"token": {**TOKEN, "rootcertbundle": bundle}}):
            assert lab.request("GET", path, token=make(key, other)).status == 401

    CASES[code] = record


def _hours(hours: int) -> int:
    return int(time.time()) + 3600 * hours


token_case("token-untrusted-key", lambda _, other: token(other))
token_case("token-without-key-id", lambda key, _: token(key, {"typ": "JWT", "alg": "RS256"}))
token_case(
    "token-signature-invalid",
    lambda key, other: token(other, {"typ": "JWT", "alg": "RS256", "kid": key_id(key)}),
)
token_case("token-wrong-issuer", lambda key, _: token(key, iss="gitlab-issuer"))
token_case("token-wrong-audience", lambda key, _: token(key, aud="docker"))
token_case("token-not-yet-valid", lambda key, _: token(key, nbf=_hours(1), exp=_hours(2)))
token_case("token-expired", lambda key, _: token(key, nbf=_hours(-2), exp=_hours(-1)))
token_case("token-malformed", lambda _key, _other: "a.b")
token_case("token-insufficient-scope", lambda key, _: token(key), "/v2/group/project/tags/list")
