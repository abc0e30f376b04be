"""Certificates for stacks with TLS: an authority, and what it issues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with what is between it and its authority, and its key; PEM."""

    chain: str
    key: str


class Authority:
    """A certificate authority of a test's own: a root, or one that the authority *above* has issued.

    Valid from *begins* days from now, for so many *days*.
    """

    def __init__(
        self, name: str, above: Authority | None = None, *, begins: float = -1, days: float = 90
    ) -> None:
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        issuer = above or self
        self._certificate = _sign(
            self._name, self._key, issuer._name, issuer._key, authority=True, begins=begins, days=days
        )

    @property
    def certificate(self) -> str:
        return _pem(self._certificate)

    @property
    def der(self) -> bytes:
        return self._certificate.public_bytes(serialization.Encoding.DER)

    def issue(
        self,
        host: str,
        *,
        names: tuple[str, ...] | None = None,
        begins: float = -1,
        days: float = 90,
        bits: int | None = None,
        issuer_url: str = "",
    ) -> Pair:
        """A pair for *host*, or only for *names*; valid from *begins* days from now, for so many *days*.

        *bits*: with an RSA key of so many; *issuer_url*: where its issuer's certificate is to be had.
        """
        key = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
        names = (host,) if names is None else names
        signed = _sign(
            _named(host),
            key,
            self._name,
            self._key,
            names=names,
            begins=begins,
            days=days,
            issuer_url=issuer_url,
        )
        return Pair(_pem(signed), _key(key))


def self_signed(host: str) -> Pair:
    """A pair for *host* that no authority has issued."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Pair(_pem(_sign(_named(host), key, _named(host), key, names=(host,))), _key(key))


def encrypted(pair: Pair, password: str) -> Pair:
    """*pair* with its key under a password."""
    key = serialization.load_pem_private_key(pair.key.encode(), None)
    method = serialization.BestAvailableEncryption(password.encode())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, method)
    return Pair(pair.chain, pem.decode())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _sign(
    subject: x509.Name,
    key: Key,
    issuer: x509.Name,
    issuers_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
    names: tuple[str, ...] = (),
    begins: float = -1,
    days: float = 90,
    issuer_url: str = "",
) -> x509.Certificate:
    start = datetime.now(UTC) + timedelta(days=begins)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers_key.public_key()), critical=False
        )
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    if issuer_url:
        where = x509.UniformResourceIdentifier(issuer_url)
        told = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)
        builder = builder.add_extension(x509.AuthorityInformationAccess([told]), critical=False)
    return builder.sign(issuers_key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
