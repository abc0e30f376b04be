from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.checks.proxy.methods import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

SCOPE = 'Bearer realm="r",service="s",scope="repository:glctl/doctor:{}"'


class Answering:
    """The registry itself asks for push; through nginx a method gets what *through* says."""

    def __init__(self, through: dict[str, tuple[int, str]]) -> None:
        self.through = through

    def request(self, method: str, url: str, **_: Any) -> Exchange:
        status, actions = 401, "pull,push"
        if "registry.example.com" in url:
            status, actions = self.through.get(method, (401, "push,pull"))
        headers = {"www-authenticate": SCOPE.format(actions)}
        return Exchange(method, url, method, status, headers)


@pytest.mark.parametrize(
    ("through", "code", "words"),
    [
        ({}, None, ""),
        ({"PATCH": (405, "")}, "proxy-method-refused", "PATCH"),
        ({"PUT": (401, "pull"), "DELETE": (403, "")}, "proxy-method-refused", "PUT, DELETE"),
        ({"PUT": (429, "")}, "proxy-rate-limited", "rate limit"),
        (dict.fromkeys(("HEAD", "POST", "PATCH", "PUT", "DELETE"), (403, "")), "proxy-refuses", "User-Agent"),
    ],
)
def test_methods(
    new_facts: Callable[..., Facts], run: Any, through: dict[str, Any], code: str | None, words: str
) -> None:
    findings, note = run(CHECK, new_facts(client=Answering(through)))
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert all(words in finding.summary for finding in findings)
    assert note == "HEAD, POST, PATCH, PUT, DELETE"
