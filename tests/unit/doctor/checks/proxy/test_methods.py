from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Ping
from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.proxy.methods import CHECK
from glctl.doctor.outside import Public
from glctl.settings.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

VERSION = {"docker-distribution-api-version": "registry/2.0"}
PING = Ping(Exchange("GET", "http://h/v2/", "ping", 401, VERSION), "registry/2.0", None)
SCOPE = 'Bearer realm="r",service="s",scope="repository:glctl/doctor:{}"'


class Answering:
    """The registry itself asks for push; through nginx a method gets what *through* says."""

    def __init__(self, through: dict[str, tuple[int, str]], name: str = "registry.example.com") -> None:
        self.through = through
        self.name = name

    def request(self, method: str, url: str, **_: Any) -> Exchange:
        also = " repository:glctl/doctor/other:pull" * ("from=" in url)
        status, actions = 401, f"pull,push{also}"
        if self.name in url:
            status, actions = self.through.get(method, (401, f"push,pull{also}"))
        headers = {"www-authenticate": SCOPE.format(actions)}
        return Exchange(method, url, method, status, headers)


@pytest.mark.parametrize(
    ("through", "code", "words"),
    [
        ({}, None, ""),
        ({"PATCH": (405, "")}, "proxy-method-refused", "PATCH"),
        ({"PUT": (401, "pull"), "DELETE": (403, "")}, "proxy-method-refused", "PUT, DELETE"),
        ({"PUT": (429, "")}, "proxy-rate-limited", "rate limit"),
        ({"PUT": (502, ""), "HEAD": (504, "")}, "proxy-bad-gateway", "Some requests get through"),
        ({"PATCH": (411, "")}, "proxy-refuses", "it wants to know their length first"),
        ({"PATCH": (411, ""), "POST": (403, "")}, "proxy-refuses", "length first"),
        ({"POST": (401, "push,pull")}, "proxy-bad-answer", "The query of addresses"),
        ({"POST": (401, "pull")}, "proxy-method-refused", "POST"),
        (dict.fromkeys(("HEAD", "POST", "PATCH", "PUT", "DELETE"), (403, "")), "proxy-refuses", "User-Agent"),
    ],
)
def test_methods(
    new_facts: Callable[..., Facts], run: Any, through: dict[str, Any], code: str | None, words: str
) -> None:
    findings, note = run(CHECK, new_facts(client=Answering(through), public=NotTriedError("not known")))
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert all(words in finding.summary for finding in findings)
    assert note == "HEAD, POST, PATCH, PUT, DELETE"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://front.example.com", ["Requests with PATCH do not get through what stands before nginx."]),
        ("http://front.example.com:5050", []),  # nginx itself
    ],
)
def test_a_proxy_before_nginx(new_facts: Callable[..., Facts], run: Any, url: str, found: list[str]) -> None:
    class Front(Answering):
        def request(self, method: str, url: str, **more: Any) -> Exchange:
            return PING.exchange if method == "GET" else super().request(method, url, **more)

    front: Any = Front({"PATCH": (405, "")}, "front.example.com")
    facts = new_facts(
        client=Answering({}), outside=front, public=Public(parse_url(url), front), ping_local=PING
    )
    findings, _ = run(CHECK, facts)
    assert [finding.summary for finding in findings] == found
