from __future__ import annotations

from typing import Any

from glctl.clients.http import Exchange
from glctl.doctor.login import Login
from glctl.doctor.realm import Realm
from glctl.secret import Secret


def test_each_thing_is_asked_once_and_with_its_scope() -> None:
    asked: list[tuple[str, bool]] = []

    class Client:
        def request(self, _: str, url: str, *, headers: Any, **__: Any) -> Exchange:
            asked.append((url, "Authorization" in headers))
            return Exchange("GET", url, "get token", 403)

    client: Any = Client()
    realm, login = Realm(client, "http://g/jwt/auth", "s"), Login("alice", Secret("p"))
    assert realm.answer is realm.answer
    assert realm.let_in(login) is realm.let_in(login)
    assert realm.let_nobody_in(login) is realm.let_nobody_in(login)
    realm.granted(login, "g/p", ("pull", "push"))
    assert [with_login for _, with_login in asked] == [False, True, True, True]
    assert asked[-1][0].endswith("scope=repository%3Ag%2Fp%3Apull%2Cpush")
