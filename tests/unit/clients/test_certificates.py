from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from glctl.clients.certificates import public_key_of, read_der, read_pem
from glctl.errors import GlctlError
from glctl.secret import Secret

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(*alternatives, subject="r.example.com", issuer="Authority", key=KEY, urls=(), days=90):
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(17)
        .not_valid_before(BEGINS)
        .not_valid_after(BEGINS + timedelta(days=days))
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    if urls:
        access = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in urls]
        builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
    return builder.sign(KEY, hashes.SHA256())


def read(*alternatives, **how):
    return read_der(certificate(*alternatives, **how).public_bytes(serialization.Encoding.DER))


def pem(key, password=b""):
    method = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return Secret(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, method).decode()
    )


@pytest.mark.parametrize(
    ("alternatives", "host", "fits"),
    [
        (["r.example.com"], "r.example.com", True),
        (["r.example.com"], "R.Example.COM.", True),
        (["R.example.com"], "r.example.com", True),
        (["*.example.com"], "r.example.com", True),
        (["*.example.com"], "r.s.example.com", False),
        (["*.example.com"], "example.com", False),
        (["other.example.com"], "r.example.com", False),
        ([], "r.example.com", False),  # the common name does not count
        (["192.0.2.1"], "192.0.2.1", True),
        (["2001:db8::1"], "[2001:DB8:0::1]", True),
        (["192.0.2.1"], "192.0.2.2", False),
        (["*.0.2.1"], "192.0.2.1", False),
    ],
)
def test_for_whom_it_is(alternatives, host, fits):
    def alternative(text):
        try:
            return x509.IPAddress(ipaddress.ip_address(text))
        except ValueError:
            return x509.DNSName(text)

    assert read(*map(alternative, alternatives)).is_for(host) == fits


def test_what_else_is_read():
    told = read(x509.DNSName("r.example.com"))
    assert (told.subject, told.issuer, told.common_name) == (
        "CN=r.example.com",
        "CN=Authority",
        "r.example.com",
    )
    assert told.not_before == BEGINS.timestamp()
    assert told.not_after == BEGINS.timestamp() + 90 * 86400
    assert (told.self_issued, told.weakness, len(told.fingerprint)) == (False, "", 64)
    assert read(subject="x", issuer="x").self_issued


def test_where_its_issuer_is_to_be_had():
    issuers, ocsp = AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP
    urls = [(ocsp, "http://ocsp"), (issuers, "ldap:///x"), (issuers, "http://ca/r3.cer")]
    assert read(urls=urls).issuer_urls == ("http://ca/r3.cer",)
    assert read().issuer_urls == ()


@pytest.mark.parametrize(
    ("key", "weakness"),
    [
        (rsa.generate_private_key(65537, 1024), "its RSA key has only 1024 bits, 2048 are needed"),
        (ec.generate_private_key(ec.SECP192R1()), "its key on secp192r1 has only 192 bits, 224 are needed"),
        (ed25519.Ed25519PrivateKey.generate(), ""),
    ],
)
def test_weak_keys(key, weakness):
    assert read(key=key).weakness == weakness


def test_a_file_holds_a_chain():
    both = certificate(), certificate(subject="Authority", issuer="Root")
    text = "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in both)
    assert [each.subject for each in read_pem(text, "f")] == ["CN=r.example.com", "CN=Authority"]
    with pytest.raises(GlctlError, match="cut off"):
        read_pem(text[: len(text) - 200], "f")
    with pytest.raises(GlctlError, match="no PEM"):
        read_pem("", "f")


@pytest.mark.parametrize(
    "key", [KEY, rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()]
)
def test_the_public_half_of_any_key(key):
    assert public_key_of(pem(key), "k") == read(key=key).public_key


def test_a_key_with_a_password():
    secret = pem(KEY, b"horse")
    expected = read().public_key
    assert public_key_of(secret, "k", (Secret("wrong"), Secret("horse"))) == expected
    with pytest.raises(GlctlError, match="is encrypted, and no password"):
        public_key_of(secret, "k")
    with pytest.raises(GlctlError, match="k is encrypted, and no password"):
        public_key_of(secret, "k", (Secret("wrong"),))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no PEM"),
        (certificate().public_bytes(serialization.Encoding.PEM).decode(), "holds a certificate"),
        (pem(KEY).reveal()[:-60], "cut off or damaged"),
    ],
)
def test_what_is_no_key(text, why):
    with pytest.raises(GlctlError, match=why):
        public_key_of(Secret(text), "k")
