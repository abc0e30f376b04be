import time

import pytest

from glctl.clients import keys
from glctl.converge.secrets import Generated
from glctl.secret import Secret


def test_a_fresh_secret_is_as_long_as_omnibus_makes_it() -> None:
    first, second = Generated().http_secret(), Generated().http_secret()
    assert len(first) == len(second) == 128
    assert first != second


def test_a_fresh_certificate_is_for_its_key_and_valid_now(monkeypatch: pytest.MonkeyPatch) -> None:
    small = keys.generate_key(bits=2048)  # one of the full size takes a second
    monkeypatch.setattr(keys, "generate_key", lambda: small)
    pem = Generated().key()
    (certificate,) = keys.read_certificates(Generated().certificate(pem), "certificate")
    assert keys.matches(keys.read_private_key(Secret(pem), "key"), certificate)
    start, end = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    assert start <= time.time() < end
