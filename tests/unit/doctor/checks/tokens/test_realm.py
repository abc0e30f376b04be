from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.failures import Failure, FailureKind
from glctl.clients.http import Exchange
from glctl.clients.token_service import Kind, TokenAnswer
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tokens.realm import CHECK, WRITTEN, why_invalid
from glctl.settings.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

URL = "http://registry.example.com:5050"
REALM = "http://gitlab.example.com/jwt/auth"


@pytest.mark.parametrize(
    ("realm", "why"),
    [
        ("https://gitlab.example.com/jwt/auth", ""),
        ("http://example.com:8080/gitlab/jwt/auth", ""),
        ("/jwt/auth", "no scheme"),
        ("", "no scheme"),
        ("gitlab.example.com/jwt/auth", "no scheme"),
        ("https:///jwt/auth", "no host"),
        ("ftp://gitlab.example.com/jwt/auth", "ftp"),
        ("https://gitlab.example.com", "https://gitlab.example.com/jwt/auth"),
        ("https://gitlab.example.com/auth/token", "https://gitlab.example.com/jwt/auth"),
    ],
)
def test_the_form_of_a_realm(realm: str, why: str) -> None:
    assert why in why_invalid(realm)
    assert bool(why) == bool(why_invalid(realm))


@pytest.mark.parametrize(
    ("token", "wrong"),
    [
        ({"realm": REALM, "autoredirect": False}, False),
        ({"realm": REALM, "autoredirect": True}, True),
        ({"realm": "/jwt/auth"}, True),
        ({"realm": "http://registry.example.com:5050/jwt/auth"}, True),  # the registry's own address
        ({"issuer": "i"}, True),
    ],
)
def test_what_config_yml_says(
    new_facts: Callable[..., Facts], run: Any, token: dict[str, Any], wrong: bool
) -> None:
    findings, _ = run(WRITTEN, new_facts(config={"auth": {"token": token}}))
    assert [finding.code for finding in findings] == (["realm-invalid"] if wrong else [])


class Realm:
    def __init__(self, answer: TokenAnswer) -> None:
        self.answer = answer


class Public:
    def __init__(self, is_resolved: bool) -> None:
        self.is_resolved = is_resolved


def answered(
    kind: Kind, status: int | None = 403, location: str = "", failure: FailureKind | None = None
) -> Realm:
    why = Failure(failure, "it fails") if failure else None
    url = f"{REALM}?service=container_registry"
    exchange = Exchange("GET", url, "get token", status, {"location": location}, failure=why)
    return Realm(TokenAnswer(exchange, kind, "GitLab's words"))


@pytest.mark.parametrize(
    ("realm", "code", "severity"),
    [
        (
            answered("redirect", 301, "https://g.example.com/jwt/auth?x=PLANTED"),
            "realm-redirects",
            "error",
        ),
        (answered("no registry"), "gitlab-registry-disabled", "error"),
        (answered("banned"), "login-address-banned", "error"),
        (answered("failing", 502), "gitlab-unavailable", "error"),
        (answered("foreign", 200), "realm-not-gitlab", "error"),
        (answered("no answer", None, failure="refused"), "realm-unreachable", "error"),
        (answered("no answer", None, failure="tls"), "realm-unreachable", "error"),
        (answered("no answer", None, failure="timeout"), "realm-unreachable", "warning"),
        (answered("no answer", None, failure="dns"), "realm-unreachable", "error"),
    ],
)
def test_what_answers_there(
    new_facts: Callable[..., Facts], run: Any, realm: Realm, code: str, severity: str
) -> None:
    [finding], _ = run(CHECK, new_facts(realm=realm, public=Public(is_resolved=True)))
    assert (finding.code, finding.severity, finding.subject) == (code, severity, REALM)
    assert "PLANTED" not in repr(finding)


def test_the_remedy_names_where_the_redirect_leads(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(
        CHECK, new_facts(realm=answered("redirect", 301, "https://gitlab.example.com/jwt/auth"))
    )
    assert "registry['token_realm'] = 'https://gitlab.example.com'" in finding.remedy


@pytest.mark.parametrize("kind", ["token", "refused", "forbidden"])
def test_gitlab_is_there(new_facts: Callable[..., Facts], run: Any, kind: Kind) -> None:
    assert run(CHECK, new_facts(realm=answered(kind)))[0] == []


def test_a_host_without_names_cannot_tell(new_facts: Callable[..., Facts], run: Any) -> None:
    realm = answered("no answer", None, failure="dns")
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(realm=realm, public=Public(is_resolved=False)))


@pytest.mark.parametrize(
    ("external_url", "realm", "codes"),
    [
        ("https://gitlab.example.com", REALM, ["realm-redirects"]),
        ("http://gitlab.example.com", REALM, []),
        ("https://other.example.com", REALM, []),
        ("https://gitlab.example.com", "https://gitlab.example.com/jwt/auth", []),
    ],
)
def test_plain_http_to_a_gitlab_in_https(
    new_facts: Callable[..., Facts], run: Any, external_url: str, realm: str, codes: list[str]
) -> None:
    intended = SimpleNamespace(configuration=SimpleNamespace(effective={"external_url": external_url}))
    facts = new_facts(
        config={"auth": {"token": {"realm": realm}}},
        intended=intended,
        public=SimpleNamespace(url=parse_url(URL)),
    )
    findings, _ = run(WRITTEN, facts)
    assert [finding.code for finding in findings] == codes
