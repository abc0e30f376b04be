"""Keys, certificates and tokens; what openssl says about the same bytes is the measure."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import warnings

import pytest

from glctl.clients import keys
from glctl.errors import GlctlError
from glctl.secret import MASK, Secret

NOW = 1_790_000_000.5

# As Omnibus makes it, by Ruby's OpenSSL: subject /C=USA/O=GitLab/OU=Container/CN=Registry, version 3, serial
# number 0, no extensions. Its key was thrown away.
OMNIBUS_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIDBTCCAe2gAwIBAgIBADANBgkqhkiG9w0BAQsFADBGMQwwCgYDVQQGEwNVU0Ex
DzANBgNVBAoMBkdpdExhYjESMBAGA1UECwwJQ29udGFpbmVyMREwDwYDVQQDDAhS
ZWdpc3RyeTAeFw0yNjExMjQxNzMwNDZaFw0zNjExMjExNzMwNDZaMEYxDDAKBgNV
BAYTA1VTQTEPMA0GA1UECgwGR2l0TGFiMRIwEAYDVQQLDAlDb250YWluZXIxETAP
BgNVBAMMCFJlZ2lzdHJ5MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA
lxdyqUWscBcN+aJHQ0WE6Xi8YDptLNBBW1V6JyHPxsffZDzK6bMPAL2R3UO47xLz
v/TWyBscUTb+JM0FWZW7PnV8hYEtLWZIa+zdGPRL0kzXr/ydCgPrADxmZ67CxtE1
a1yb7LP6vIc/xOCp2pADZj7U7abE2oidBEHby/OcBPSOGCbDbDSyKzoS8GAL4u17
H9JSO9BPaOIdEF6aSrg1Ca/FsxkUH7zmUI63K/XaMa4vtHLIUK4b+X2vfqWl1xYT
kkdN3AB6HGHvWA1VTA0dbAYo0bY41Rly6eHZZF7949htQ+3XmclNnrEAe4PNTrjg
XwOhVnFDGp9yJKuk86IZ7wIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQAn6yneGl8/
Ht+QQlBOSBlxsITAopv+P1JhHaGd5hytpU5s725OO/oqnKi4P8G+K2rUMBL6x0ba
nslRTVBr2zpXNOG16JYqVMaUjBOfaXcsDem3Q/7yeySfZgMjdnK9fEGYSTRdp5hP
ZsPYwXS6AQRZTzc7Xcz1l2Exex4uG6n2KORieDK6XKt9hMqE8V8iOjIgZD5uH0Sv
wI70SiiQFeWizflDs2LqmBuyZIw8PcVuwLGXbBpcmY9iloNWuOA4BOOE9RrdhbnI
+ZHpTwB9VxN9FCHsabeWCoA0YzXBJy9fOg0503ie/ebxExsmrscepYazmCILN8py
5yLpzO6Z08yz
-----END CERTIFICATE-----
"""
# openssl x509 -in CERTIFICATE -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum, in base32
OMNIBUS_KEY_ID = "GBWQ:ID2W:TNEB:3UJZ:36TC:QAF2:OK7T:VCWW:UTQI:JLHC:FOJS:UHJQ"

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


@pytest.fixture(scope="module")
def key():
    return keys.generate_key(bits=2048)


@pytest.fixture(scope="module")
def private_key(key):
    return keys.read_private_key(key, "test")


@pytest.fixture(scope="module")
def certificate(key):
    return keys.certify(key, NOW)


def openssl(*arguments, stdin):
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    return subprocess.run(
        ["openssl", *arguments], input=data, capture_output=True, check=True, timeout=10
    ).stdout


def pem_of(kind, *options):
    return openssl("genpkey", "-algorithm", kind, *options, stdin="").decode()


def test_a_key_is_pkcs1_like_rubys_and_prints_as_a_mask(key):
    assert key.reveal().startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert repr(key) == MASK


def test_a_key_has_4096_bits_unless_a_test_asks_for_less(private_key):
    assert keys.KEY_BITS == 4096
    assert private_key.key_size == 2048


@needs_openssl
def test_a_certificate_is_as_omnibus_makes_it(certificate):
    text = openssl("x509", "-noout", "-text", stdin=certificate).decode()
    assert "Version: 3 (0x2)" in text
    assert "Serial Number: 1 (0x1)" in text
    assert "Signature Algorithm: sha256WithRSAEncryption" in text
    assert "Subject: C = US, O = GitLab, OU = Container, CN = Registry" in text
    assert "Issuer: C = US, O = GitLab, OU = Container, CN = Registry" in text
    assert "X509v3" not in text  # no extensions
    dates = openssl("x509", "-noout", "-dates", "-dateopt", "iso_8601", stdin=certificate).decode()
    assert dates.split("\n")[:2] == ["notBefore=2026-09-21 14:13:20Z", "notAfter=2036-09-18 14:13:20Z"]


def test_a_certificate_is_for_its_key_and_for_no_other(certificate, private_key):
    (own,) = keys.read_certificates(certificate, "test")
    (foreign,) = keys.read_certificates(OMNIBUS_CERTIFICATE, "test")
    assert keys.matches(private_key, own)
    assert not keys.matches(private_key, foreign)


def test_a_certificate_of_omnibus_is_read_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (certificate,) = keys.read_certificates(OMNIBUS_CERTIFICATE, "test")
    assert keys.key_id(certificate.public_key()) == OMNIBUS_KEY_ID


@needs_openssl
def test_key_id_is_what_openssl_and_base32_give(private_key):
    public = openssl("pkey", "-pubout", "-outform", "DER", stdin=keys_pem(private_key))
    plain = base64.b32encode(hashlib.sha256(public).digest()[:30]).decode()
    groups = keys.key_id(private_key.public_key()).split(":")
    assert [len(group) for group in groups] == [4] * 12
    assert "".join(groups) == plain


def keys_pem(private_key):
    from cryptography.hazmat.primitives import serialization

    return private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_pkcs8_key_is_read_too(private_key):
    again = keys.read_private_key(Secret(keys_pem(private_key).decode()), "test")
    assert keys.key_id(again.public_key()) == keys.key_id(private_key.public_key())


def test_a_bundle_holds_several_certificates_and_text_between(certificate):
    bundle = f"old:\n{OMNIBUS_CERTIFICATE}\nnew:\n{certificate}"
    ids = [keys.key_id(found.public_key()) for found in keys.read_certificates(bundle, "test")]
    assert len(ids) == 2
    assert ids[0] == OMNIBUS_KEY_ID


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda pem: "", "empty"),
        (lambda pem: " \n", "empty"),
        (lambda pem: "not pem", "holds no PEM"),
        (lambda pem: OMNIBUS_CERTIFICATE, "holds a certificate"),
        (lambda pem: pem[: len(pem) // 2], "cut off or damaged"),
        (lambda pem: pem.replace("\nMII", "\nAAA"), "cut off or damaged"),
        pytest.param(
            lambda pem: pem_of("EC", "-pkeyopt", "ec_paramgen_curve:P-256"), "not RSA", marks=needs_openssl
        ),
        pytest.param(
            lambda pem: openssl("pkey", "-aes256", "-passout", "pass:x", stdin=pem).decode(),
            "encrypted",
            marks=needs_openssl,
        ),
    ],
    ids=["empty", "blank", "text", "certificate", "cut", "garbled", "ec", "encrypted"],
)
def test_unusable_private_keys(key, make, words):
    with pytest.raises(GlctlError) as caught:
        keys.read_private_key(Secret(make(key.reveal())), "/etc/gitlab/registry.key")
    assert caught.value.message.startswith("/etc/gitlab/registry.key: ")
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_certifying_an_unusable_key_names_where_it_came_from():
    with pytest.raises(GlctlError, match=r"gitlab-secrets\.json: empty"):
        keys.certify(Secret(""), NOW, "gitlab-secrets.json")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda pem: "", "no PEM certificate"),
        (lambda pem: "text", "no PEM certificate"),
        (lambda pem: "-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        (lambda pem: pem[:300], "cut off or damaged"),
        (lambda pem: OMNIBUS_CERTIFICATE + pem.replace("MII", "AAA", 1), "cut off or damaged"),
    ],
    ids=["empty", "text", "key", "cut", "second garbled"],
)
def test_unusable_certificates(certificate, make, words):
    with pytest.raises(GlctlError) as caught:
        keys.read_certificates(make(certificate), "registry['rootcertbundle']")
    assert caught.value.message.startswith("registry['rootcertbundle']: ")
    assert words in caught.value.message
    assert caught.value.hint


def decoded(token):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.reveal().split(".")[:2]]


def test_a_token_says_what_gitlabs_say(private_key):
    access = [{"type": "repository", "name": "a/b", "actions": ["pull"]}]
    token = keys.sign_token(
        private_key,
        issuer="omnibus-gitlab-issuer",
        audience="container_registry",
        subject="root",
        access=access,
        now=NOW,
    )
    header, claims = decoded(token)
    assert header == {"typ": "JWT", "alg": "RS256", "kid": keys.key_id(private_key.public_key())}
    assert len(claims.pop("jti")) == 32
    assert claims == {
        "iss": "omnibus-gitlab-issuer",
        "sub": "root",
        "aud": "container_registry",
        "iat": 1_790_000_000,
        "nbf": 1_790_000_000 - 5,
        "exp": 1_790_000_000 + 300,
        "access": access,
    }
    assert str(token) == MASK


def test_every_token_has_its_own_id_and_lifetime(private_key):
    tokens = [
        decoded(keys.sign_token(private_key, issuer="i", audience="a", now=NOW, lifetime=7))[1]
        for _ in range(2)
    ]
    assert tokens[0]["jti"] != tokens[1]["jti"]
    assert tokens[0]["exp"] - tokens[0]["iat"] == 7
    assert tokens[0]["access"] == []


@needs_openssl
def test_openssl_verifies_the_signature(private_key, certificate, tmp_path):
    signed, _, signature = (
        keys.sign_token(private_key, issuer="i", audience="a", now=NOW).reveal().rpartition(".")
    )
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    (tmp_path / "public").write_bytes(openssl("x509", "-noout", "-pubkey", stdin=certificate))
    said = openssl(
        "dgst", "-sha256", "-verify", tmp_path / "public", "-signature", tmp_path / "signature", stdin=signed
    )
    assert said == b"Verified OK\n"


def test_a_key_whose_halves_do_not_belong_together_is_noticed(private_key):
    from cryptography.hazmat.primitives.asymmetric import rsa

    numbers = private_key.private_numbers()
    damaged = rsa.RSAPrivateNumbers(
        p=numbers.p,
        q=numbers.q,
        d=numbers.d + 2,
        dmp1=numbers.dmp1 + 2,
        dmq1=numbers.dmq1 + 2,
        iqmp=numbers.iqmp,
        public_numbers=numbers.public_numbers,
    ).private_key(unsafe_skip_rsa_key_validation=True)
    with pytest.raises(GlctlError, match="damaged"):
        keys.sign_token(damaged, issuer="i", audience="a", now=NOW)


def test_the_thumbprint_is_that_of_the_rfc() -> None:
    """RFC 7638, section 3.1, gives this key and its thumbprint."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
        "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb"
        "9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls"
        "1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    number = int.from_bytes(base64.urlsafe_b64decode(modulus + "=="), "big")
    key = RSAPublicNumbers(65537, number).public_key()
    assert keys.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_token_is_read_without_being_trusted() -> None:
    key = keys.read_private_key(keys.generate_key(bits=2048), "test")
    access = [{"type": "repository", "name": "g/p", "actions": ["pull"]}]
    found = keys.read_token(keys.sign_token(key, issuer="i", audience="a", access=access, now=0, kid="k"))
    assert found
    assert (found.header["kid"], found.claims["iss"], found.claims["exp"]) == ("k", "i", 300)
    assert (found.granted("g/p"), found.granted("g/other")) == ({"pull"}, frozenset())


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "W10.W10.", "e30.e30.e30.e30", "e30.bnVsbA."])
def test_what_is_no_token(text: str) -> None:
    assert keys.read_token(Secret(text)) is None
