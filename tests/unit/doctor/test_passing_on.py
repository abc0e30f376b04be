from __future__ import annotations

import pytest

from glctl.doctor.passing_on import PassingOn, location_of, passing_on
from glctl.render import nginxconf
from glctl.settings.urls import Url, parse_url

HTTP = Url("http", "registry.example.com", 5050)


def read(server: str = "", location: str = "", http: str = "") -> PassingOn:
    [block] = nginxconf.parse(
        f"server {{ {server} location / {{ {location} proxy_pass http://127.0.0.1:5000; }} }}"
    )
    return passing_on(block, nginxconf.parse(http))


def test_nginxs_own_defaults() -> None:
    found = read()
    assert (found.body_limit, found.buffers_requests, found.headers, found.caches) == (
        1 << 20,
        True,
        None,
        False,
    )
    assert set(found.timeouts.values()) == {60}
    assert found.upstream_scheme == "http"


@pytest.mark.parametrize(
    ("server", "location", "http", "limit"),
    [
        ("", "", "client_max_body_size 5m;", 5 << 20),
        ("client_max_body_size 0;", "", "client_max_body_size 5m;", 0),
        ("client_max_body_size 0;", "client_max_body_size 2G;", "", 2 << 30),
        ("location /v2/ { client_max_body_size 3k; }", "client_max_body_size 0;", "", 3072),
        ("location ^~ /v2/ { client_max_body_size 3; } location ~ . { }", "", "", 3),
        ("location ~ /uploads/$ { client_max_body_size 4; } location /v2/ { }", "", "", 4),
        ("location ~* /UPLOADS/$ { client_max_body_size 4; }", "", "", 4),
        ("location = /v2/ { client_max_body_size 4; }", "client_max_body_size 5;", "", 5),
        ("location ~ (?<=a { client_max_body_size 4; }", "client_max_body_size 5;", "", 5),
    ],
)
def test_the_innermost_value_of_the_location_of_uploads_counts(
    server: str, location: str, http: str, limit: int
) -> None:
    assert read(server, location, http).body_limit == limit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("900", 900), ("900s", 900), ("15m", 900), ("500ms", 0.5), ("1h 30m", 5400), ("'1h 30m'", 5400)],
)
def test_times(text: str, seconds: float) -> None:
    text = text if " " not in text else f'"{text.strip(chr(39))}"'
    assert read(location=f"proxy_read_timeout {text};").timeouts["proxy_read_timeout"] == seconds


@pytest.mark.parametrize(
    ("location", "buffers"),
    [
        ("proxy_request_buffering off; proxy_http_version 1.1;", False),
        ("proxy_request_buffering off;", True),  # HTTP/1.0 has no bodies of unknown length
        ("proxy_http_version 1.1;", True),
    ],
)
def test_buffering(location: str, buffers: bool) -> None:
    assert read(location=location).buffers_requests is buffers


def test_headers_are_inherited_as_a_whole_or_not_at_all() -> None:
    server = "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;"
    assert read(server).headers == {"host": "$host", "x-forwarded-proto": "https"}
    assert read(server, "proxy_set_header Accept '';").headers == {"accept": ""}


@pytest.mark.parametrize(
    ("http", "limits"),
    [
        ("limit_req_zone $remote_addr zone=z:1m rate=2r/s;", ((2.0, 5),)),
        ("limit_req_zone $remote_addr zone=z:1m rate=30r/m;", ((0.5, 5),)),
        ("limit_req_zone $remote_addr zone=other:1m rate=2r/s;", ()),
        ("", ()),
    ],
)
def test_rate_limits(http: str, limits: tuple[tuple[float, int], ...]) -> None:
    assert read("limit_req zone=z burst=5 nodelay;", http=http).limits == limits


@pytest.mark.parametrize(
    ("headers", "public", "location"),
    [
        ("Host $http_host", HTTP.origin, "http://registry.example.com:5050"),
        ("Host $host", HTTP.origin, "http://registry.example.com"),
        ("Host $host:$server_port", HTTP.origin, "http://registry.example.com:5050"),
        ("Host ${http_host}", HTTP.origin, "http://registry.example.com:5050"),
        ("Host $http_host|X-Forwarded-Proto https", "https://r.example.com", "https://r.example.com"),
        ("Host $http_host|X-Forwarded-Proto $scheme", "https://r.example.com", "http://r.example.com"),
        ("Host a|X-Forwarded-Host b, c", HTTP.origin, "http://b"),
        ("Host $custom", HTTP.origin, ""),
        ("Host a|Forwarded proto=https", HTTP.origin, ""),
    ],
)
def test_the_address_that_the_registry_makes_of_them(headers: str, public: str, location: str) -> None:
    passing = read(location=" ".join(f"proxy_set_header {each};" for each in _quoted(headers)))
    assert location_of(passing, HTTP, parse_url(public), "127.0.0.1:5000") == (location and f"{location}/")


def _quoted(headers: str) -> list[str]:
    pairs = (each.split(" ", 1) for each in headers.split("|"))
    return [f'{name} "{value}"' for name, value in pairs]


@pytest.mark.parametrize(
    ("directives", "location"),
    [
        ("", "/"),  # the address of proxy_pass becomes the client's own
        ("proxy_redirect default;", "/"),
        ("proxy_redirect off;", "http://127.0.0.1:5000/"),
        ("proxy_redirect http://127.0.0.1:5000/ $scheme://$http_host/;", f"{HTTP.origin}/"),
        ("proxy_redirect http:// https://;", "https://127.0.0.1:5000/"),
        ("proxy_redirect http://other/ /;", "http://127.0.0.1:5000/"),
        ("proxy_redirect ~^http://[^/]+/ /;", ""),
        ("proxy_redirect http:// $custom;", ""),
    ],
)
def test_what_nginx_makes_of_a_location_of_the_registrys_own(directives: str, location: str) -> None:
    assert location_of(read(location=directives), HTTP, HTTP, "127.0.0.1:5000") == location


def test_headers_that_are_hidden_and_connections() -> None:
    found = read("proxy_hide_header Location; limit_conn z 7; limit_conn y 3;", "proxy_hide_header Link;")
    assert (found.hidden, found.connections) == (("link",), 3)
