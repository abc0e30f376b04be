from __future__ import annotations

from typing import Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.login import Login
from glctl.secret import Secret


class Counting:
    """A realm that refuses everybody."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def request(self, _: str, url: str, **__: Any) -> Exchange:
        self.requests.append(url)
        return Exchange("GET", url, "get token", 401)


def test_a_login_is_tried_once_whoever_asks_again() -> None:
    client: Any = Counting()
    login = Login("alice", Secret("PLANTED"))
    first = login.try_once(client, "http://g", "s")
    assert login.try_once(client, "http://g", "s") is first
    assert len(client.requests) == 1
    assert "PLANTED" not in repr(login)


def test_so_is_the_one_that_is_to_fail() -> None:
    client: Any = Counting()
    login = Login("alice", Secret("p"))
    assert login.try_nobody(client, "http://g", "s") is login.try_nobody(client, "http://g", "s")
    assert len(client.requests) == 1
    assert "alice" not in client.requests[0]


@pytest.mark.parametrize(
    ("user", "secret", "what"),
    [
        ("alice", "hunter2", ""),
        ("alice", "glpat-x", ""),
        ("gitlab+deploy-token-1", "gldt-x", ""),
        ("alice", "glrt-x", "runner"),
        ("alice", "eyJhbGciOi", "JWT"),
        ("alice", "glcbt-x", "gitlab-ci-token"),
        ("gitlab-ci-token", "glcbt-x", ""),
    ],
)
def test_what_a_credential_is_by_its_beginning(user: str, secret: str, what: str) -> None:
    found = Login(user, Secret(secret)).looks_like
    assert what in found
    assert bool(what) == bool(found)
