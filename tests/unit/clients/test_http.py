"""The HTTP layer against sockets of our own, which send exactly the bytes that a test gives them."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import struct
import time

import pytest

from glctl.clients import http
from glctl.errors import GlctlError
from glctl.secret import Secret


@pytest.fixture
def client():
    with http.Client(connect_timeout=5, read_timeout=5) as client:
        yield client


@pytest.fixture
def impatient():
    with http.Client(connect_timeout=0.2, read_timeout=0.2) as client:
        yield client


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def certificate(folder, name, *, days=1):
    """A self-signed certificate for *name*: its path, and a server's TLS context."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name.from_rfc4514_string(f"CN={name}")
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=10))
        .not_valid_after(now + datetime.timedelta(days=days))
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / f"{name}.crt", folder / f"{name}.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return path, context


def test_an_answer_comes_back_whole(client, serve):
    lines = [
        "HTTP/1.1 401 No",
        "WWW-Authenticate: Bearer realm=x",
        "X-A: 1",
        "X-A: 2",
        "Content-Length: 3",
        "",
        "no\n",
    ]
    answer = "\r\n".join(lines).encode()
    with serve(answer) as server:
        got = client.request("GET", server.url + "/v2/", step="ping")
    assert (got.method, got.url, got.step) == ("GET", server.url + "/v2/", "ping")
    assert (got.status, got.body, got.truncated, got.failure) == (401, b"no\n", False, None)
    assert got.header("Www-Authenticate") == "Bearer realm=x"
    assert got.header("x-a") == "1, 2"
    assert got.header("absent") == ""
    assert 0 < got.seconds < 5


def test_a_request_holds_only_what_it_was_given(client, monkeypatch, tmp_path, serve):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login net password rc\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n") as server:
        client.request("GET", server.url.replace("//", "//user:pass@") + "/a?b=c#d")
        client.request("PUT", server.url + "/", body=b"x", headers={"Content-Type": "text/plain"})
    first, second = (request.decode().split("\r\n") for request in server.requests)
    assert first[0] == "GET /a?b=c HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in first[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}
    assert f"Host: 127.0.0.1:{server.port}" in first
    assert "Accept-Encoding: identity" in first
    assert {"Content-Length: 1", "Content-Type: text/plain"} <= set(second)
    assert not [line for line in second if line.lower().startswith(("cookie", "authorization"))]


def test_secrets_are_sent_but_never_shown(client, serve):
    with serve(b"HTTP/1.1 200 OK\r\nSet-Cookie: s3cret=1\r\nContent-Length: 6\r\n\r\ns3cret") as server:
        got = client.request(
            "GET",
            f"{server.url.replace('//', '//u:s3cret@')}/?X-Amz-Signature=s3cret&digest=sha256:0",
            headers={"Authorization": Secret("Bearer s3cret")},
        )
    assert b"Authorization: Bearer s3cret\r\n" in server.requests[0]
    assert b"X-Amz-Signature=s3cret&digest=sha256:0" in server.requests[0]
    assert got.body == b"s3cret"
    assert "s3cret" not in repr(got)
    assert got.url == f"{server.url}/?X-Amz-Signature=[MASKED]&digest=sha256:0"


@pytest.mark.parametrize("location", ["/elsewhere", "http://", "https://[", "http://127.0.0.1:1/", "\x80"])
def test_a_redirect_is_an_answer_like_any_other(client, location, serve):
    answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 2\r\n\r\nhi".encode(
        "latin-1"
    )
    with serve(answer) as server:
        got = client.request("GET", server.url)
    assert (got.status, got.header("location"), got.body, got.failure) == (307, location, b"hi", None)
    assert len(server.requests) == 1


def test_connections_are_kept(client, serve):
    with serve() as server:
        for _ in range(3):
            assert client.request("GET", server.url).status == 200
        assert len(server.connections) == 1


def test_a_body_is_cut_at_the_limit(client, serve):
    size = http.MAX_BODY
    with serve(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size,
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (size + 1) + b"x" * (size + 1),
    ) as server:
        whole = client.request("GET", server.url)
        cut = client.request("GET", server.url)
    assert (len(whole.body), whole.truncated) == (size, False)
    assert (len(cut.body), cut.truncated, cut.failure) == (size, True, None)


def test_a_body_is_not_decoded(client, serve):
    with serve(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw") as server:
        assert client.request("GET", server.url).body == b"raw"


def test_a_chunked_body(client, serve):
    with serve(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    ) as server:
        assert client.request("GET", server.url).body == b"hello"


def test_a_server_that_drips_is_given_up(impatient, serve):
    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with serve(drip) as server:
        got = impatient.request("GET", server.url)
        assert time.monotonic() - started < 3
    assert got.status == 200
    assert got.failure.kind == "timeout"


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (lambda connection: None, "reset", "closed the connection"),
        (reset, "reset", "closed the connection"),
        (
            lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"),
            "reset",
            "closed the connection",
        ),
        (
            lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi"),
            "reset",
            "closed",
        ),
        (lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol", "not in HTTP"),
        (lambda c: c.sendall(b"\x15\x03\x01\x00\x02\x02\x0a"), "protocol", "not in HTTP"),
        (lambda c: c.sendall(b"HTTP/1.1 2xx\r\n\r\n"), "protocol", "not in HTTP"),
    ],
    ids=["closed", "reset", "cut", "chunk cut", "ssh", "tls alert", "status line"],
)
def test_answers_that_are_none(client, answer, kind, words, serve):
    with serve(answer) as server:
        got = client.request("GET", server.url)
    assert (got.failure.kind, got.body) == (kind, b"")
    assert words in got.failure.message
    assert f"127.0.0.1:{server.port}" in got.failure.message


def test_what_was_known_before_the_answer_broke_off_is_kept(client, serve):
    with serve(lambda c: c.sendall(b"HTTP/1.1 503 X\r\nA: b\r\nContent-Length: 9\r\n\r\nhi")) as server:
        got = client.request("GET", server.url)
    assert (got.status, got.header("a"), got.failure.kind) == (503, "b", "reset")


def test_a_closed_port_is_refused(client):
    port = closed_port()
    got = client.request("GET", f"http://127.0.0.1:{port}/")
    assert got.status is None
    assert got.failure.kind == "refused"
    assert f"127.0.0.1:{port}" in got.failure.message


def test_a_silent_server_costs_one_time_out(impatient):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        got = impatient.request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert got.failure.kind == "timeout"
    assert "does not answer" in got.failure.message
    assert 0.15 < time.monotonic() - started < 3


def test_a_server_that_accepts_nobody_cannot_be_connected_to(impatient):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as waiting:
        for _ in range(4):  # fills the queue of connections; the kernel then drops what else knocks
            knock = waiting.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(listener.getsockname())
        got = impatient.request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert got.failure.kind == "timeout"
    assert "cannot be connected to" in got.failure.message


def test_a_failure_met_before_is_not_mistaken_for_this_one(impatient):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError:
            got = impatient.request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert got.failure.kind == "timeout"


def test_a_name_that_does_not_resolve(client, monkeypatch):
    def offline(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    got = client.request("GET", "https://registry.example.com/v2/")
    assert got.failure.kind == "dns"
    assert got.failure.message == "registry.example.com:443 does not resolve: Name or service not known"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "registry",
            "/jwt/auth",
            "registry.example.com/v2/",
            "ftp://127.0.0.1/",
            "http://",
            "http://[::1",
        ),
        *("http://h:x/", "http://h:99999/", "http://.bad./", "http://" + "a" * 70 + "/"),
    ],
)
def test_urls_that_lead_nowhere(client, url):
    got = client.request("GET", url)
    assert got.failure.kind == "request"
    assert got.status is None


def test_a_header_that_would_become_two_is_not_sent(client):
    got = client.request(
        "GET", "http://127.0.0.1:1/", headers={"Authorization": Secret("Bearer a\r\nX: s3cret")}
    )
    assert got.failure.kind == "request"
    assert "s3cret" not in repr(got)


def test_connect_to_keeps_the_name(client, serve):
    with (
        serve() as server,
        http.Client(connect_to={("registry.example.com", 80): ("127.0.0.1", server.port)}) as here,
    ):
        got = here.request("GET", "http://registry.example.com/v2/")
        other = here.request("GET", f"http://127.0.0.1:{closed_port()}/")
    assert got.status == 200
    assert got.url == "http://registry.example.com/v2/"
    assert b"\r\nHost: registry.example.com\r\n" in server.requests[0]
    assert other.failure.kind == "refused"


def test_connect_to_says_in_a_failure_where_it_went_and_for_whom():
    port = closed_port()
    with http.Client(connect_to={("registry.example.com", 5050): ("127.0.0.1", port)}) as here:
        got = here.request("GET", "http://registry.example.com:5050/")
    assert got.failure.message == f"nothing listens at 127.0.0.1:{port} (for registry.example.com:5050) (TCP)"


def test_all_goes_through_a_proxy_whose_password_is_not_shown(serve):
    with serve() as proxy:
        through = Secret(f"http://bob:s3cret@127.0.0.1:{proxy.port}")
        with http.Client(proxy=through) as client:
            got = client.request("GET", "http://s3.example.com/images")
    assert got.status == 200
    assert proxy.requests[0].startswith(b"GET http://s3.example.com/images HTTP/1.1\r\n")
    with http.Client(proxy=Secret(f"http://bob:s3cret@127.0.0.1:{closed_port()}")) as client:
        failed = client.request("GET", "http://s3.example.com/images")
    assert "s3.example.com:80 (through the proxy 127.0.0.1:" in failed.failure.message
    assert "s3cret" not in repr(failed)


def test_certificates_of_a_directory_are_trusted_too(tmp_path, serve):
    trusted, system = tmp_path / "trusted", tmp_path / "system"
    trusted.mkdir()
    system.mkdir()
    _, context = certificate(trusted, "registry.example.com")
    other, _ = certificate(system, "other.example.com")
    (trusted / "notes.txt").write_text("no certificate")
    with serve(tls=context) as server:
        here = {("registry.example.com", 443): ("127.0.0.1", server.port)}
        with http.Client(ca_file=other, ca_dirs=(trusted,), connect_to=here) as client:
            got = client.request("GET", "https://registry.example.com/v2/")
    assert got.status == 200, got.failure


def test_tls_with_connect_to_checks_the_name_of_the_url(tmp_path, serve):
    path, context = certificate(tmp_path, "registry.example.com")
    with serve(tls=context) as server:
        here = {
            ("registry.example.com", 443): ("127.0.0.1", server.port),
            ("other.example.com", 443): ("127.0.0.1", server.port),
        }
        with http.Client(ca_file=path, connect_to=here) as client:
            right = client.request("GET", "https://registry.example.com/v2/")
            wrong = client.request("GET", "https://other.example.com/v2/")
    assert right.status == 200, right.failure
    assert server.server_names == ["registry.example.com", "other.example.com"]
    assert b"\r\nHost: registry.example.com\r\n" in server.requests[0]
    assert wrong.failure.kind == "tls"
    assert "not valid for 'other.example.com'" in wrong.failure.message


def test_tls_certificates_are_checked_unless_told_otherwise(tmp_path, client, serve):
    path, context = certificate(tmp_path, "registry.example.com", days=-1)
    url = "https://registry.example.com/"
    with serve(tls=context) as server:
        here = {("registry.example.com", 443): ("127.0.0.1", server.port)}
        untrusted = client.request("GET", server.url)
        with http.Client(ca_file=path, connect_to=here) as expecting:
            expired = expecting.request("GET", url)
        with http.Client(verify=False, connect_to=here) as lenient:
            accepted = lenient.request("GET", url)
    assert untrusted.failure.kind == "tls"
    assert "self-signed certificate" in untrusted.failure.message
    assert "certificate has expired" in expired.failure.message
    assert accepted.status == 200


def test_plain_http_where_tls_was_meant(client, serve):
    def answer(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serve(greet=answer) as server:
        got = client.request("GET", server.url.replace("http:", "https:"))
    assert got.failure.kind == "tls"
    assert "not in TLS" in got.failure.message


def test_a_server_that_hangs_up_on_a_tls_greeting(client, serve):
    with serve(greet=lambda connection: connection.recv(65536)) as server:
        got = client.request("GET", server.url.replace("http:", "https:"))
    assert got.failure.kind == "tls"
    assert "closed the connection during the TLS handshake" in got.failure.message


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), ("text", "no readable certificate")])
def test_an_unusable_ca_file_is_named(tmp_path, content, words):
    path = tmp_path / "ca.crt"
    if content is not None:
        path.write_text(content)
    with http.Client(ca_file=path) as client, pytest.raises(GlctlError, match=words) as caught:
        client.request("GET", "https://127.0.0.1:1/")
    assert str(path) in caught.value.message


def test_ipv6(client, serve):
    try:
        server = serve(host="::1")
    except OSError:
        pytest.skip("no IPv6 on loopback")
    with server:
        assert client.request("GET", server.url).status == 200
    assert f"\r\nHost: [::1]:{server.port}\r\n".encode() in server.requests[0]
    assert f"listens at [::1]:{server.port}" in client.request("GET", server.url).failure.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/v2/", "https://h/v2/"),
        ("https://u:p@h:5/v2/?n=1", "https://h:5/v2/?n=1"),
        (
            "https://h/?service=a&scope=b:c:pull,push&token=x",
            "https://h/?service=a&scope=b:c:pull,push&token=[MASKED]",
        ),
        ("https://h/?_state=x&digest=sha256:1", "https://h/?_state=[MASKED]&digest=sha256:1"),
        ("https://h/?uploads", "https://h/?uploads"),
        ("https://h/a#token=x", "https://h/a"),
        ("https://[::1", "[MASKED]"),
        ("/relative", "/relative"),
    ],
)
def test_what_of_a_url_is_shown(url, shown):
    assert http.without_credentials(url) == shown


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://h", ("h", 80)),
        ("https://H/", ("h", 443)),
        ("https://[::1]:5/", ("::1", 5)),
        ("http://u:p@h:8/", ("h", 8)),
    ],
)
def test_address_of_a_url(url, address):
    assert http.address_of(url) == address


def test_a_name_that_is_not_found_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def never(host: str, timeout: float) -> tuple[str, ...]:
        asked.append((host, timeout))
        return ()

    monkeypatch.setattr(http, "resolve", never)
    exchange = http.Client(resolve_timeout=0.5).request("GET", "http://registry.example.com:5050/v2/")
    assert asked == [("registry.example.com", 0.5)]
    assert exchange.failure
    assert exchange.failure.kind == "dns"
    assert "registry.example.com:5050" in exchange.failure.message
