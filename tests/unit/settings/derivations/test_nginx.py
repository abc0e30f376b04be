import pytest

HEADERS = {
    "Host": "$http_host",
    "X-Real-IP": "$remote_addr",
    "X-Forwarded-For": "$proxy_add_x_forwarded_for",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Ssl": "on",
}
BEHIND = {"X-Real-IP": "$proxy_protocol_addr", "X-Forwarded-For": "$proxy_protocol_addr"}
KEY = "registry.nginx.proxy_set_headers"
SET = "registry['nginx']['proxy_set_headers'] = "


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in HEADERS.items() if name not in names}


@pytest.mark.parametrize(
    ("url", "text", "headers"),
    [
        ("https://r.example.com", "", HEADERS),
        ("http://r.example.com", "", {**without("X-Forwarded-Ssl"), "X-Forwarded-Proto": "http"}),
        # Whoever ends TLS: clients speak what the address says.
        ("https://r.example.com", "registry['nginx']['listen_https'] = false", HEADERS),
        (
            "http://r.example.com",
            "registry['nginx']['https'] = true",
            {**without("X-Forwarded-Ssl"), "X-Forwarded-Proto": "http"},
        ),
        ("https://r.example.com", "registry['nginx']['proxy_protocol'] = true", {**HEADERS, **BEHIND}),
        (
            "https://r.example.com",
            SET + "{ 'Host' => 'x', 'X-New' => 1 }",
            {**HEADERS, "Host": "x", "X-New": 1},
        ),
        ("https://r.example.com", SET + "{ 'X-Real-IP' => nil, 'Host': nil }", without("X-Real-IP", "Host")),
        (
            "https://r.example.com",
            "registry_nginx['proxy_set_headers'] = { 'X-New' => 'a' }",
            {**HEADERS, "X-New": "a"},
        ),
        (None, "", {**without("X-Forwarded-Ssl"), "X-Forwarded-Proto": "$scheme"}),
    ],
)
def test_headers_tell_the_registry_of_the_client(configure, url, text, headers) -> None:
    found = configure(text, url=url).effective[KEY]
    assert list(found.items()) == list(headers.items())  # in this order


def test_headers_come_from_the_line_that_sets_any(configure) -> None:
    assert str(configure(SET + "{ 'X-New' => 'a' }").effective.origin(KEY)) == "gitlab.rb:1:1"
    derived = "derived from registry_external_url, registry.nginx.proxy_protocol"
    assert str(configure().effective.origin(KEY)) == derived


@pytest.mark.parametrize(
    ("text", "header", "source"),
    [
        ("", None, "default"),
        (
            "registry['nginx']['proxy_protocol'] = true",
            "proxy_protocol",
            "derived from registry.nginx.proxy_protocol",
        ),
        (
            "registry_nginx['real_ip_header'] = 'X-Forwarded-For'\nregistry_nginx['proxy_protocol'] = true",
            "X-Forwarded-For",
            "gitlab.rb:1:1",
        ),
    ],
)
def test_a_load_balancer_s_word_on_the_client_counts(configure, text, header, source) -> None:
    effective = configure(text).effective
    assert effective["registry.nginx.real_ip_header"] == header
    assert str(effective.origin("registry.nginx.real_ip_header")) == source


def test_there_is_one_worker_per_processor(configure) -> None:
    effective = configure(cpus=7).effective
    assert effective["nginx.worker_processes"] == 7
    assert str(effective.origin("nginx.worker_processes")) == "derived (one per processor)"
    assert configure("nginx['worker_processes'] = 'auto'").effective["nginx.worker_processes"] == "auto"
