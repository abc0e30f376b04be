from __future__ import annotations

import json
from typing import Any

import pytest

from glctl.clients.http import Exchange
from glctl.clients.token_service import ask_for_token, understood
from glctl.secret import Secret


def answer(status: int | None, body: Any = b"", kind: str = "application/json") -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("GET", "http://g/jwt/auth", "get token", status, {"content-type": kind}, content)


def errors(message: str) -> dict[str, Any]:
    return {"errors": [{"code": "X", "message": message}]}


@pytest.mark.parametrize(
    ("exchange", "kind", "said"),
    [
        (answer(None), "no answer", ""),
        (answer(302, kind="text/html"), "redirect", ""),
        (answer(200, {"token": "t"}), "token", ""),
        (answer(200, {"token": ""}), "foreign", ""),
        (answer(200, b"<html>"), "foreign", ""),
        (answer(401, errors("HTTP Basic: Access denied")), "refused", "HTTP Basic: Access denied"),
        (answer(401, b"Auth failed."), "foreign", ""),
        (answer(403, errors("access forbidden")), "forbidden", "access forbidden"),
        (answer(403, b"Forbidden\n", "text/plain"), "banned", ""),
        (answer(429, b"Retry later\n", "text/plain; charset=utf-8"), "banned", ""),
        (answer(403, b"<html>", "text/html"), "foreign", ""),
        (answer(404, errors("registry not enabled")), "no registry", "registry not enabled"),
        (answer(404, b"<html>", "text/html"), "foreign", ""),
        (answer(502, b"<html>", "text/html"), "failing", ""),
        (answer(401, {"errors": []}), "foreign", ""),
        (answer(401, {"errors": ["x"]}), "foreign", ""),
    ],
)
def test_answers_are_told_apart(exchange: Exchange, kind: str, said: str) -> None:
    found = understood(exchange)
    assert (found.kind, found.said) == (kind, said)


class Recording:
    """A client that only keeps what it is to send."""

    def request(self, _: str, url: str, *, headers: Any, **__: Any) -> Exchange:
        self.url, self.headers = url, headers
        return answer(200, {"token": "PLANTED"})


def test_without_a_login_nothing_is_sent_that_could_fail() -> None:
    client: Any = Recording()
    found = ask_for_token(client, "http://g/jwt/auth", "container_registry")
    assert client.headers == {}
    assert client.url == "http://g/jwt/auth?service=container_registry&client_id=glctl"
    assert "PLANTED" not in repr(found)


@pytest.mark.parametrize(("scope", "parameter"), [("", "offline_token=true"), ("s", "scope=s")])
def test_a_login_is_sent_as_docker_does(scope: str, parameter: str) -> None:
    client: Any = Recording()
    ask_for_token(client, "http://g/?x=1", "s", login=("alice", Secret("PLANTED")), scope=scope)
    assert client.url.startswith("http://g/?x=1&service=s")
    assert "account=alice" in client.url
    assert parameter in client.url
    assert client.headers["Authorization"].reveal() == "Basic YWxpY2U6UExBTlRFRA=="
    assert "PLANTED" not in str(client.headers)
