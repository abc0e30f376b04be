from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.proxy.headers import CHECK
from glctl.settings.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


class Public:
    def __init__(self, url: str) -> None:
        self.url = parse_url(url)


def vhost(directives: str) -> virtual_host.VirtualHost:
    text = f"server {{ listen 443 ssl; location / {{ {directives} proxy_pass http://127.0.0.1:5000; }} }}"
    return virtual_host.read("/v.conf", text.encode())


@pytest.mark.parametrize(
    ("directives", "config", "wrong"),
    [
        ("Host $http_host; proxy_set_header X-Forwarded-Proto $scheme", {}, False),
        ("Host $http_host; proxy_set_header X-Forwarded-Proto http", {}, True),
        ("Host $host:443; proxy_set_header X-Forwarded-Proto https", {}, False),
        ("Host internal; proxy_set_header X-Forwarded-Proto https", {}, True),
        ("Host internal", {"http": {"relativeurls": True}}, False),
        ("Host internal", {"http": {"host": "https://registry.example.com"}}, False),
        ("Host $http_host", {"http": {"host": "https://internal"}}, True),
        ("Host $unknown", {}, False),
    ],
)
def test_the_address_of_pushes(
    new_facts: Callable[..., Facts], run: Any, directives: str, config: dict[str, Any], wrong: bool
) -> None:
    facts = new_facts(
        vhost=vhost(f"proxy_set_header {directives};"),
        config=config,
        public=Public("https://registry.example.com"),
    )
    findings, _ = run(CHECK, facts)
    assert [finding.code for finding in findings] == (["location-wrong"] if wrong else [])


@pytest.mark.parametrize(
    ("directives", "words"),
    [
        ("proxy_hide_header Location;", "takes the header Location"),
        ("proxy_hide_header X-Powered-By;", ""),
        ('proxy_set_header Accept "";', "replaces the header Accept"),
        ("proxy_set_header Accept $http_accept;", ""),
    ],
)
def test_headers_of_the_protocol(
    new_facts: Callable[..., Facts], run: Any, directives: str, words: str
) -> None:
    both = f"proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https; {directives}"
    facts = new_facts(vhost=vhost(both), config={}, public=Public("https://registry.example.com"))
    findings, _ = run(CHECK, facts)
    assert [finding.code for finding in findings] == (["proxy-header-lost"] if words else [])
    assert all(words in finding.summary for finding in findings)


def test_a_host_that_nginx_takes_away_again_is_none(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(vhost=vhost(""), config={}, public=Public("https://registry.example.com"))
    assert run(CHECK, facts) == ([], "pushes go on where they have begun")


def test_no_virtual_host(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(vhost=None))
