from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import keys
from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls.files import CHECK

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [keys.generate_key(bits=2048) for _ in range(2)]


@pytest.fixture
def judged(new_facts: Any, run: Any, tmp_path: Path) -> Any:
    """What is found of a pair of nginx's once the test has changed it, and of further *directives*."""
    (tmp_path / "crt").write_text(keys.certify(KEYS[0], 1_700_000_000))
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_text(KEYS[0].reveal())

    def judge(directives: str = "") -> Any:
        vhost = virtual_host.read(
            f"{tmp_path}/gitlab-registry.conf",
            f"server {{ listen 443 ssl; ssl_certificate {tmp_path}/crt; ssl_certificate_key {tmp_path}/key;"
            f" {directives} location / {{ proxy_pass http://127.0.0.1:5000; }} }}".encode(),
        )
        return run(CHECK, new_facts(vhost=vhost))

    return judge


def test_all_is_there(judged: Any, tmp_path: Path) -> None:
    (tmp_path / "dhparam.pem").touch()
    assert judged("ssl_dhparam dhparam.pem; include *.none;") == ([], f"{tmp_path}/crt")


@pytest.mark.parametrize("name", ["crt", "key"])
def test_one_of_the_two_is_missing(judged: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / name).unlink()
    [finding], _ = judged()
    assert (finding.code, finding.subject) == ("certificate-missing", f"{tmp_path}/{name}")


def test_no_pair(judged: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEYS[1].reveal())
    [finding], _ = judged()
    assert finding.code == "certificate-key-mismatch"


def test_the_own_certificate_must_be_the_first(judged: Any, tmp_path: Path) -> None:
    other = keys.certify(KEYS[1], 1_700_000_000)
    (tmp_path / "crt").write_text(other + (tmp_path / "crt").read_text())
    [finding], _ = judged()
    assert finding.code == "certificate-key-mismatch"
    assert "be the first of that file" in finding.remedy


@pytest.mark.parametrize(
    ("name", "text"), [("crt", "-----BEGIN CERTIFICATE-----\nxx"), ("key", ""), ("crt", "")]
)
def test_one_cannot_be_read(judged: Any, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    [finding], _ = judged()
    assert finding.code == "certificate-unusable"
    assert f"{tmp_path}/{name}" in finding.summary


@pytest.mark.parametrize("directive", ["ssl_dhparam dh.pem", "include tls.conf", "ssl_password_file /nosuch"])
def test_another_file_is_missing(judged: Any, directive: str) -> None:
    [finding], _ = judged(f"{directive};")
    assert (finding.code, directive.split()[0] in finding.summary) == ("tls-file-missing", True)


def test_a_key_that_everybody_can_read_is_worth_knowing(judged: Any, tmp_path: Path) -> None:
    (tmp_path / "key").chmod(0o644)
    opened = [path for path in tmp_path.parents if not path.stat().st_mode & 0o001]
    modes = [(path, path.stat().st_mode & 0o7777) for path in (tmp_path, *opened)]
    for path, mode in modes:
        path.chmod(mode | 0o001)
    try:
        [finding], _ = judged()
        assert (finding.code, finding.severity) == ("private-key-exposed", "info")
        assert finding.remedy == f"chmod 0600 {tmp_path}/key"
        tmp_path.chmod(0o700)
        assert judged()[0] == []  # nobody else reaches it
    finally:
        for path, mode in modes:
            path.chmod(mode)


def test_the_registrys_own_pair(new_facts: Any, run: Any, tmp_path: Path) -> None:
    tls = {"certificate": "/tls/crt", "key": "/tls/key"}
    findings, _ = run(CHECK, new_facts(config={"http": {"tls": tls}}))
    assert [finding.code for finding in findings] == ["certificate-missing"] * 2
    assert "'REGISTRY_HTTP_TLS_CERTIFICATE' => '" in findings[0].remedy


def test_no_tls_here(new_facts: Any, run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts())
