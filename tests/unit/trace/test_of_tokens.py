from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import CHALLENGE, DATE, REALM, exchange, jwt, refused

from glctl.clients.failures import Failure
from glctl.trace.exchange import Conversation, Exchange
from glctl.trace.of_tokens import judge
from glctl.trace.talk import Talk

if TYPE_CHECKING:
    from glctl.findings.model import Finding

ASKED = f"{REALM}?service=container_registry&scope=repository:group/app:pull,push"
BASIC = (("Authorization", "Basic PLANTED"),)
UPLOADS = "/v2/group/app/blobs/uploads/"


def judged(*exchanges: Exchange) -> list[Finding]:
    return list(judge(Talk(Conversation(exchanges))))


def bearer(token: str, url: str = UPLOADS, error: str = "", **more: object) -> Exchange:
    challenge = CHALLENGE[1] + (f',scope="repository:group/app:pull,push",error="{error}"' if error else "")
    answered = (("Www-Authenticate", challenge), DATE)
    return exchange(
        "POST", url, 401, asked=(("Authorization", f"Bearer {token}"),), answered=answered, **more
    )


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        (
            401,
            {"json": refused("UNAUTHORIZED", "HTTP Basic: Access denied"), "asked": BASIC},
            "login-refused",
        ),
        (403, {"json": refused("DENIED", "access forbidden"), "asked": BASIC}, "login-without-rights"),
        (403, {"json": refused("DENIED", "access forbidden")}, "login-missing"),
        (404, {"json": refused("UNAVAILABLE", "registry not enabled")}, "gitlab-registry-disabled"),
        (403, {"body": b"Forbidden", "answered": (("Content-Type", "text/plain"),)}, "login-address-banned"),
        (
            301,
            {"answered": (("Location", "https://gitlab.example.com/x"),), "asked": BASIC},
            "realm-redirects",
        ),
        (502, {}, "gitlab-unavailable"),
        (404, {"body": b"<html>"}, "realm-not-gitlab"),
        (200, {"body": b"<html>"}, "realm-not-gitlab"),
        (None, {"failure": Failure("refused", "nothing listens at gitlab (TCP)")}, "realm-unreachable"),
    ],
)
def test_what_the_realm_answers_is_told_apart(status: int, more: dict[str, object], code: str) -> None:
    (finding,) = judged(exchange("GET", ASKED, status, **more))
    assert finding.code == code
    assert "PLANTED" not in repr(finding)


def test_a_service_that_gitlab_does_not_know() -> None:
    made = exchange(
        "GET", f"{REALM}?service=docker", 404, json=refused("UNAVAILABLE", "registry not enabled")
    )
    assert [finding.code for finding in judged(made)] == ["token-service-unknown"]


def test_credentials_that_a_redirect_lost_are_its_fault() -> None:
    location = "https://gitlab.example.com/jwt/auth?service=container_registry"
    led = exchange(
        "GET", "http://gitlab.example.com/jwt/auth", 301, asked=BASIC, answered=(("Location", location),)
    )
    lost = exchange("GET", location, 403, json=refused("DENIED", "access forbidden"))
    assert {finding.code for finding in judged(led, lost)} == {"realm-redirects"}


@pytest.mark.parametrize("answer", [{"token": jwt()}, {"access_token": "x"}])
def test_a_token_is_well(answer: dict[str, str]) -> None:
    assert judged(exchange("GET", ASKED, json=answer)) == []


def test_too_few_actions_are_named() -> None:
    token = jwt(access=[{"type": "repository", "name": "group/app", "actions": ["pull"]}])
    (finding,) = judged(bearer(token, error="insufficient_scope"))
    assert finding.code == "image-access-missing"
    assert finding.summary == "GitLab grants the client pull on group/app, and start upload needs pull,push."
    assert token not in repr(finding)


def test_where_nothing_is_granted_the_possible_projects_are_named() -> None:
    (finding,) = judged(bearer(jwt(), error="insufficient_scope"))
    assert "one of these must be a project: group/app" in finding.evidence[-1]


@pytest.mark.parametrize("name", ["single", "group/App", "group/-app"])
def test_a_name_that_cannot_exist_is_the_cause(name: str) -> None:
    (finding,) = judged(bearer(jwt(), f"/v2/{name}/blobs/uploads/", "insufficient_scope"))
    assert finding.code == "image-name-invalid"


def test_a_client_that_asks_for_more_and_gets_it_is_well() -> None:
    asked = exchange("POST", UPLOADS, 202, asked=(("Authorization", "Bearer y"),))
    assert judged(bearer("x", error="insufficient_scope"), asked) == []


def test_a_refused_token_tells_what_it_says_of_itself() -> None:
    (finding,) = judged(bearer(jwt(iss="gitlab-issuer", aud="container_registry"), error="invalid_token"))
    assert finding.code == "login-token-refused"
    assert "iss: gitlab-issuer" in finding.evidence[-1]


def test_a_token_of_tomorrow_is_gitlabs_clock() -> None:
    (finding,) = judged(bearer(jwt(nbf=1_795_000_600), error="invalid_token"))
    assert finding.code == "gitlab-clock-skew"


def test_a_token_for_somebody_else() -> None:
    (finding,) = judged(bearer(jwt(aud="docker"), error="invalid_token"))
    assert finding.code == "token-wrong-audience"


def test_a_token_that_does_not_arrive_is_lost_on_the_way() -> None:
    assert [finding.code for finding in judged(bearer("x"))] == ["authorization-lost"]


def test_the_first_challenge_is_no_fault() -> None:
    assert judged(exchange("GET", "/v2/", 401, answered=(CHALLENGE,))) == []


def test_oauths_way_that_gitlab_does_not_know_is_no_fault() -> None:
    assert judged(exchange("POST", REALM, 404), exchange("GET", ASKED, json={"token": jwt()})) == []
