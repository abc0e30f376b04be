import pytest

from glctl.doctor.virtual_host import VirtualHost, read, to_ask


def vhost(server: str, location: str = "proxy_pass http://127.0.0.1:5000;") -> VirtualHost:
    return read("/v.conf", f"server {{ {server} location / {{ {location} }} }}".encode())


NAME = "server_name registry.example.com;"


@pytest.mark.parametrize(
    ("server", "entrance", "address"),
    [
        (f"listen *:5050; {NAME}", "http://registry.example.com:5050", ("127.0.0.1", 5050)),
        (f"listen 80; {NAME}", "http://registry.example.com", ("127.0.0.1", 80)),
        (f"listen 127.0.0.1; {NAME}", "http://registry.example.com", ("127.0.0.1", 80)),
        (f"listen [::]; {NAME}", "http://registry.example.com", ("::1", 80)),
        (f"listen [::]:5050; {NAME}", "http://registry.example.com:5050", ("::1", 5050)),
        (f"listen 10.0.0.1:443 ssl; {NAME}", "https://registry.example.com", ("10.0.0.1", 443)),
        (f"listen 443; ssl on; {NAME}", "https://registry.example.com", ("127.0.0.1", 443)),
        (f"listen 80; listen 443 ssl; {NAME}", "https://registry.example.com", ("127.0.0.1", 443)),
        (
            f"listen unix:/run/n.sock; listen 8080; {NAME}",
            "http://registry.example.com:8080",
            ("127.0.0.1", 8080),
        ),
        (
            "listen 8080; server_name _ *.x ~^r .y r.example.com s;",
            "http://r.example.com:8080",
            ("127.0.0.1", 8080),
        ),
        ("listen 8080;", "http://127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("listen [::]:8080; server_name _;", "http://[::1]:8080", ("::1", 8080)),
    ],
)
def test_how_nginx_is_asked(server: str, entrance: str, address: tuple[str, int]) -> None:
    found = vhost(server)
    assert found.entrance
    assert (found.entrance.origin, found.address, found.problem) == (entrance, address, "")
    assert found.public == found.entrance


@pytest.mark.parametrize(
    ("server", "proto", "public"),
    [
        ("listen 80;", "https", "https://registry.example.com"),  # TLS ends at a load balancer
        ("listen 5050;", "https", "https://registry.example.com:5050"),
        ("listen 5050;", "http", "http://registry.example.com:5050"),
        ("listen 5050;", "$scheme", "http://registry.example.com:5050"),
        ("listen 443 ssl;", "https", "https://registry.example.com"),
        ("listen 443 ssl;", "http", "https://registry.example.com"),  # wrong, and no address of clients
    ],
)
def test_what_clients_use(server: str, proto: str, public: str) -> None:
    passing = f"proxy_set_header x-forwarded-proto {proto}; proxy_pass http://127.0.0.1:5000;"
    found = vhost(f"{server} {NAME}", passing)
    assert found.public
    assert found.public.origin == public


def test_a_redirecting_server_before_it_is_not_the_registrys() -> None:
    redirect = "server { listen *:80; server_name other.example.com; return 301 https://x$request_uri; }"
    main = f"server {{ listen *:443 ssl; {NAME} location /v2/ {{ proxy_pass http://backend; }} }}"
    found = read("/v.conf", f"{redirect}\n{main}".encode())
    assert found.entrance
    assert found.entrance.origin == "https://registry.example.com"
    assert found.listens == (("*", 80), ("*", 443))
    assert found.upstream == "backend"


def test_the_proxy_protocol() -> None:
    assert vhost("listen 80 proxy_protocol;").proxy_protocol
    assert not vhost("listen 80;").proxy_protocol


def test_only_unix_sockets() -> None:
    found = vhost("listen unix:/run/nginx.sock;")
    assert (found.entrance, found.listens, found.problem) == (None, (), "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"server { listen 80;", "line 1: '{' is not closed"),
        (b"server { listen 80; }", "no server that passes requests on"),
        (b"", "no server that passes requests on"),
        (b"\xff\xfe{", "'{' is not closed"),
        (b"server { location / { proxy_pass; } }", "no server that passes requests on"),
    ],
)
def test_what_nginx_cannot_use_is_a_problem_not_an_error(text: bytes, problem: str) -> None:
    assert problem in read("/v.conf", text).problem


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        ("", "127.0.0.1"),
        ("*", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
        ("10.1.2.3", "10.1.2.3"),
    ],
)
def test_what_listens_everywhere_is_asked_here(bound: str, asked: str) -> None:
    assert to_ask((bound, 80)) == (asked, 80)
