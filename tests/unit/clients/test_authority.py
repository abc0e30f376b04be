from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.x509 import BasicConstraints, load_pem_x509_certificate

from glctl.clients.authority import make_authority, trusted_bundle

if TYPE_CHECKING:
    from pathlib import Path


def test_the_authority_counts_for_a_day() -> None:
    key, pem = make_authority(1_795_000_000)
    certificate = load_pem_x509_certificate(pem.encode())
    assert key.startswith("-----BEGIN PRIVATE KEY-----")
    assert certificate.not_valid_after_utc.timestamp() == 1_795_000_000 + 86400
    assert certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    assert make_authority(0)[1] != pem


def test_the_bundle_is_the_one_that_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("OWN")
    assert trusted_bundle({"SSL_CERT_FILE": str(tmp_path / "own.pem")}) == "OWN"
    assert trusted_bundle({"SSL_CERT_FILE": str(tmp_path / "gone")}) != "OWN"
