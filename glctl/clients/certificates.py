"""Certificates as data: what clients look at, read from a handshake or a file."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.clients.keys import read_certificates
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from cryptography import x509

    from glctl.secret import Secret

# What OpenSSL 3 refuses at the security level that Debian, Ubuntu and GitLab's own build have (2): keys of
# less than 112 bits of security; and signatures with these, which Go (docker) refuses as well.
_MIN_RSA, _MIN_EC = 2048, 224
_WEAK_HASHES = ("md5", "sha1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; times are Unix times."""

    subject: str  # as RFC 4514 writes names
    issuer: str
    names: tuple[str, ...]  # DNS names of its subjectAltName, in lower case
    addresses: tuple[str, ...]  # IP addresses of its subjectAltName
    common_name: str
    not_before: float
    not_after: float
    weakness: str  # why clients refuse its key or signature, or nothing
    issuer_urls: tuple[str, ...]  # where its issuer's certificate is to be had (AIA), http only
    public_key: bytes = field(repr=False)  # DER, SubjectPublicKeyInfo
    fingerprint: str  # SHA-256

    @property
    def self_issued(self) -> bool:
        """Whether its issuer is itself: a root, or a certificate that is signed by no authority."""
        return self.subject == self.issuer

    def is_for(self, host: str) -> bool:
        """Whether clients take it for *host* (a name or an address): the common name does not count.

        A wildcard stands for one label, the first (RFC 6125, section 6.4.3).
        """
        wanted = host.strip("[]").rstrip(".").lower()
        try:
            return str(ipaddress.ip_address(wanted)) in self.addresses
        except ValueError:
            return wanted in self.names or f"*.{wanted.partition('.')[2]}" in self.names


def read_der(der: bytes) -> Certificate:
    """The certificate in *der*; ValueError where it cannot be read."""
    from cryptography.x509 import load_der_x509_certificate

    return _described(load_der_x509_certificate(der))


def read_pem(pem: str, label: str) -> tuple[Certificate, ...]:
    """The certificates in a file, at least one; GlctlError names *label* and what is wrong with it."""
    certificates = tuple(map(_described, read_certificates(pem, label)))
    if len(certificates) < pem.count("-----BEGIN CERTIFICATE-----"):  # the library passes over a cut off one
        raise GlctlError(
            f"{label} is cut off: its last certificate has no end.", "Restore it, or issue a new pair."
        )
    return certificates


def _described(certificate: x509.Certificate) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    names, addresses = _alternatives(certificate)
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return Certificate(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        names=names,
        addresses=addresses,
        common_name=str(common[0].value) if common else "",
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        weakness=_weakness(certificate),
        issuer_urls=_issuer_urls(certificate),
        public_key=certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
    )


def _alternatives(certificate: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The DNS names and the IP addresses of its subjectAltName."""
    from cryptography import x509

    try:
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return (), ()
    names = (name.lower() for name in told.get_values_for_type(x509.DNSName))
    return tuple(names), tuple(map(str, told.get_values_for_type(x509.IPAddress)))


def _issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    urls = (
        entry.access_location.value
        for entry in access
        if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    )
    return tuple(url for url in urls if url.startswith("http://"))


def _weakness(certificate: x509.Certificate) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _MIN_RSA:
        return f"its RSA key has only {key.key_size} bits, {_MIN_RSA} are needed"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < _MIN_EC:
        return f"its key on {key.curve.name} has only {key.curve.key_size} bits, {_MIN_EC} are needed"
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:  # such as MD2
        return "it is signed by a method that is long out of use"
    # Nobody checks the signature of a root, or of what is trusted by itself.
    if digest and digest.name in _WEAK_HASHES and certificate.subject != certificate.issuer:
        return f"it is signed with {digest.name.upper()}, which can be forged"
    return ""


def public_key_of(pem: Secret, label: str, passwords: tuple[Secret, ...] = ()) -> bytes:
    """The public half (DER, SubjectPublicKeyInfo) of the private key in *pem*, of whatever kind.

    *passwords* are tried where it is encrypted. GlctlError names *label* and what is wrong with it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    text = pem.reveal()
    if "PRIVATE KEY-----" not in text:
        held = "a certificate" if "BEGIN CERTIFICATE" in text else "no PEM"
        raise GlctlError(f"{label} holds {held}, not a private key.", "Key and certificate may be swapped.")
    encrypted = False
    for password in (None, *passwords):
        given = password.reveal().encode() if password else None
        try:
            key = load_pem_private_key(text.encode(), given, unsafe_skip_rsa_key_validation=True)
        except TypeError:  # it has a password, or has none
            encrypted = password is None
            continue
        except (ValueError, UnsupportedAlgorithm):
            if password:
                continue
            raise GlctlError(f"{label} is cut off or damaged.", "Restore it, or issue a new pair.") from None
        return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    why = "is encrypted, and no password for it fits" if encrypted else "has a password that does not fit"
    raise GlctlError(f"{label} {why}.", "Name its password: registry['nginx']['ssl_password_file'].")
