from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from glctl.errors import GlctlError, UsageError
from glctl.trace import command


def test_the_environment_leads_through_the_proxy() -> None:
    base = {"PATH": "/bin", "NO_PROXY": "registry.example.com", "no_proxy": "*", "HTTPS_PROXY": "http://old"}
    made = command.environment(base, "http://127.0.0.1:1", Path("/p/bundle.pem"), Path("/p/authority.pem"))
    assert made["PATH"] == "/bin"
    assert not {"NO_PROXY", "no_proxy"} & set(made)
    assert {made[name] for name in ("HTTPS_PROXY", "https_proxy", "http_proxy", "HTTP_PROXY")} == {
        "http://127.0.0.1:1"
    }
    trusting = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")
    assert {made[name] for name in trusting} == {"/p/bundle.pem"}
    assert made["NODE_EXTRA_CA_CERTS"] == "/p/authority.pem"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 128 + signal.SIGTERM)],
)
def test_the_exit_code_is_the_commands(code: str, expected: int) -> None:
    assert command.run(python(code), os.environ, output_to_stderr=False) == expected


def test_its_output_stays_out_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    command.run(python("print('said')"), os.environ, output_to_stderr=True)
    assert capfd.readouterr() == ("", "said\n")


def test_signal_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    command.run(python("pass"), os.environ, output_to_stderr=False)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no such program"):
        command.found(["no-such-program"])


def test_a_program_that_cannot_be_run(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"\x7fELF nonsense")
    file.chmod(0o755)
    with pytest.raises(GlctlError, match="cannot be run"):
        command.run([str(file)], os.environ, output_to_stderr=False)


@pytest.fixture
def go(tmp_path: Path) -> str:
    """What looks like a program that Go has built."""
    file = tmp_path / "skopeo"
    file.write_bytes(b"\x7fELF" + bytes(100) + b"\xff Go buildinf:")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("argument", "instead"),
    [
        ("docker://127.0.0.1:5000/a/b", "registry.localhost:5000"),
        ("docker://localhost/a/b", "registry.localhost "),
        ("127.0.0.1:5000/a/b:1", "registry.localhost:5000"),
        ("http://user:pass@[::1]:5000/v2/", "registry.localhost:5000"),
    ],
)
def test_a_go_program_on_loopback_is_told_how_to_be_seen(go: str, argument: str, instead: str) -> None:
    with pytest.raises(UsageError) as caught:
        command.require_reachable([go, "copy", argument])
    assert f"Write {instead}" in caught.value.hint
    assert "pass@" not in caught.value.hint + caught.value.message


@pytest.mark.parametrize(
    "argument", ["docker://registry.localhost:5000/a", "docker://registry.example.com/a", "oci:/127.0.0.1/x"]
)
def test_other_addresses_are_well(go: str, argument: str) -> None:
    command.require_reachable([go, "copy", argument])


def test_other_programs_go_through_the_proxy_on_loopback_too() -> None:
    command.require_reachable([sys.executable, "http://127.0.0.1:5000/"])


@pytest.mark.parametrize(
    ("word", "unchecked"),
    [
        ("--tls-verify=false", True),
        ("--dest-tls-verify=false", True),
        ("--insecure", True),
        ("-sk", True),
        ("-k", True),
        ("--tls-verify=true", False),
        ("--keep", False),
        ("-k8s", False),
    ],
)
def test_who_looks_at_no_certificate_is_known(word: str, unchecked: bool) -> None:
    assert command.checks_no_certificates(["client", word]) == unchecked


def test_a_clients_own_authorities_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / ".config/containers/certs.d/registry.example.com:5000"
    place.mkdir(parents=True)
    named = tmp_path / "certs"
    named.mkdir()
    files = [named / "own.crt", place / "ca.crt", tmp_path / "authority.pem"]
    for file in files:
        file.touch()
    (named / "client.key").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["skopeo", f"--dest-cert-dir={named}", "--cacert", str(tmp_path / "authority.pem"), "oci:x"]
    assert set(command.authorities(words, "registry.example.com:5000")) == set(files)
    assert place / "ca.crt" not in command.authorities(words, "registry.example.com")
