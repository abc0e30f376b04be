from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import keys
from glctl.clients.http import Exchange
from glctl.clients.token_service import Kind, TokenAnswer
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tokens.login import CHECK, TOKEN
from glctl.doctor.facts import Options
from glctl.doctor.login import Login
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

KEY = keys.read_private_key(keys.generate_key(bits=2048), "test")
KEY_ID = keys.key_id(KEY.public_key())
DENIED = "HTTP Basic: Access denied. If a password was provided …"


class Realm:
    """Answers as it is told to the user, and to a user that is none."""

    def __init__(
        self, kind: Kind, said: str = "", nobody: Kind = "refused", token: Secret | None = None
    ) -> None:
        self.user, self.nobody = self._answer(kind, said, token), self._answer(nobody, "words", None)

    @staticmethod
    def _answer(kind: Kind, said: str, token: Secret | None) -> TokenAnswer:
        return TokenAnswer(
            Exchange("GET", "http://g/jwt/auth?service=s", "get token", 403), kind, said, token
        )

    def let_in(self, _: Login) -> TokenAnswer:
        return self.user

    def let_nobody_in(self, _: Login) -> TokenAnswer:
        return self.nobody


def with_login(secret: str = "PLANTED") -> Options:
    return Options(login=Login("alice", Secret(secret)))


@pytest.mark.parametrize(
    ("realm", "secret", "code", "words"),
    [
        (Realm("refused", DENIED), "PLANTED", "login-refused", "wrong or expired"),
        (Realm("refused", DENIED), "glrt-PLANTED", "login-refused", "a runner's authentication token"),
        (
            Realm("refused", "HTTP Basic: Access denied\nYou must use a personal access token"),
            "PLANTED",
            "login-refused",
            "two-factor",
        ),
        (Realm("forbidden", "access forbidden"), "PLANTED", "login-without-rights", "scopes|may not"),
        (Realm("forbidden", nobody="forbidden"), "PLANTED", "realm-drops-credentials", ""),
        (Realm("banned"), "PLANTED", "login-address-banned", ""),
        (Realm("failing"), "PLANTED", "gitlab-unavailable", ""),
    ],
)
def test_why_a_user_is_not_let_in(
    new_facts: Callable[..., Facts], run: Any, realm: Realm, secret: str, code: str, words: str
) -> None:
    [finding], _ = run(CHECK, new_facts(with_login(secret), realm=realm))
    assert finding.code == code
    assert any(word in finding.cause + finding.summary for word in words.split("|"))
    assert "PLANTED" not in repr(finding)


def test_let_in(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(with_login(), realm=Realm("token", token=Secret("t")))
    assert run(CHECK, facts) == ([], "alice is let in")


def test_nobodys_login(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="--login-as"):
        run(CHECK, new_facts(realm=Realm("token")))


class Registry:
    """A registry that answers so, and counts how often it is asked."""

    def __init__(self, status: int) -> None:
        self.status, self.asked = status, 0

    def request(self, *_: Any, **__: Any) -> Exchange:
        self.asked += 1
        return Exchange("GET", "u", "ping", self.status)


def token(**changes: Any) -> Secret:
    values = {
        "issuer": "omnibus-gitlab-issuer",
        "audience": "container_registry",
        "now": time.time(),
        **changes,
    }
    return keys.sign_token(KEY, **values)


@pytest.mark.parametrize(
    ("given", "status", "codes", "asked"),
    [
        (token(), 200, [], 1),
        (token(), 401, ["login-token-refused"], 1),
        (token(issuer="other"), 401, ["token-issuer-differs"], 0),
        (token(audience="docker"), 401, ["token-wrong-audience"], 0),
        (token(kid="AAAA:BBBB"), 401, ["token-key-mismatch"], 0),
        (token(now=time.time() + 3600), 401, ["token-not-yet-valid"], 0),
        (token(now=time.time() - 3600), 401, ["token-expired"], 0),
        (token(now=time.time() + 30), 200, [], 1),  # within what the registry allows
        (Secret("no.token"), 401, ["realm-not-gitlab"], 0),
    ],
)
def test_what_gitlabs_token_is_worth(
    new_facts: Callable[..., Facts], run: Any, given: Secret, status: int, codes: list[str], asked: int
) -> None:
    registry = Registry(status)
    facts = new_facts(
        with_login(),
        realm=Realm("token", token=given),
        client=registry,
        trusted_key_ids=frozenset({KEY_ID}),
        said_of_tokens=["the log's words"],
    )
    findings, _ = run(TOKEN, facts)
    assert [finding.code for finding in findings] == codes
    assert registry.asked == asked
    assert given.reveal() not in repr(findings)
