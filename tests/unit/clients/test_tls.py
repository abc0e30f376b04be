"""Handshakes with a TLS server in a thread of this process; tests/faults has what a real nginx shows."""

from __future__ import annotations

import socket
import ssl

import pytest

from glctl.clients import keys
from glctl.clients.tls import shake_hands, why_not_trusted


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    key = keys.generate_key(bits=2048)
    (folder / "key").write_text(key.reveal())
    (folder / "crt").write_text(keys.certify(key, 1_700_000_000))
    return folder


@pytest.fixture
def tls(pair):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair / "crt", pair / "key")
    return context


def test_what_is_shown(serve, tls):
    with serve(tls=tls) as server:
        shown = shake_hands(("127.0.0.1", server.port), "r.example.com")
        assert [each.subject for each in shown.chain] == ["CN=Registry,OU=Container,O=GitLab,C=US"]
        assert (shown.protocol, shown.failure, shown.plain_http) == ("TLSv1.3", None, False)
        assert server.server_names == ["r.example.com"]


def test_old_protocols_are_seen_as_well(serve, tls):
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with serve(tls=tls) as server:
        assert shake_hands(("127.0.0.1", server.port), "r").protocol == "TLSv1.2"


def test_plain_http_is_told_from_other_answers(serve):
    with serve(b"HTTP/1.1 400 Bad Request\r\n\r\n", greet=None) as server:
        shown = shake_hands(("127.0.0.1", server.port), "r", timeout=0.5)
    assert shown.chain == ()

    def speak_http(connection):
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    def speak_ssh(connection):
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

    with serve(greet=speak_http) as server:
        shown = shake_hands(("127.0.0.1", server.port), "r")
        assert (shown.chain, shown.failure.kind, shown.plain_http) == ((), "tls", True)
    with serve(greet=speak_ssh) as server:
        shown = shake_hands(("127.0.0.1", server.port), "r")
        assert (shown.failure.kind, shown.plain_http) == ("tls", False)


def test_nobody_there():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        shown = shake_hands(probe.getsockname(), "r")
    assert (shown.failure.kind, shown.plain_http) == ("refused", False)


def test_trust_is_by_the_authorities_given_whatever_name_and_dates(serve, tls, pair, tmp_path):
    (tmp_path / "garbage.crt").write_text("no certificate")
    with serve(tls=tls) as server:
        address = "127.0.0.1", server.port
        given = [tmp_path / "garbage.crt", tmp_path / "missing.crt", pair / "crt"]
        assert why_not_trusted(address, "other.example.com", given) is None
        for unknown in ([tmp_path / "garbage.crt"], None):
            failure = why_not_trusted(address, "other.example.com", unknown)
            assert failure.kind == "tls"
            assert "self-signed" in failure.message
