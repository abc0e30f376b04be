from collections.abc import Callable

from glctl.converge.desired import Configuration
from glctl.converge.listening import listeners, nginx_listeners

Configure = Callable[..., Configuration]


def test_every_listener_is_known_with_its_setting(configure: Configure) -> None:
    effective = configure(
        "registry_external_url 'https://r.example.com'",
        "registry['debug_addr'] = 'localhost:5001'",
        "registry['nginx']['listen_addresses'] = ['*', '[::]']",
        "registry['nginx']['redirect_http_to_https'] = true",
    ).effective
    assert list(listeners(effective)) == [
        ("registry.registry_http_addr", "127.0.0.1", 5000),
        ("registry.debug_addr", "localhost", 5001),
        ("registry.nginx.listen_port", "*", 443),
        ("registry.nginx.listen_port", "::", 443),
        ("registry.nginx.redirect_http_to_https_port", "*", 80),
        ("registry.nginx.redirect_http_to_https_port", "::", 80),
        ("nginx.status.port", "*", 8060),
    ]
    assert list(listeners(configure("registry['enable'] = false").effective)) == []
    assert len(list(listeners(configure("nginx['enable'] = false").effective))) == 1
    assert [*nginx_listeners(effective)] == [*listeners(effective)][2:]
