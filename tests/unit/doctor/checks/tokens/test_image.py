from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import keys
from glctl.clients.distribution import grant
from glctl.clients.http import Exchange
from glctl.clients.token_service import TokenAnswer
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tokens.image import CHECK, NAME, PUSH
from glctl.doctor.facts import Options
from glctl.doctor.login import Login
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

KEY = keys.read_private_key(keys.generate_key(bits=2048), "test")
IMAGE = "group/project/name"
OPTIONS = Options(login=Login("alice", Secret("p")), image=IMAGE)


class Realm:
    """Grants what it is told, of what is asked for."""

    url = "http://gitlab.example.com/jwt/auth"

    def __init__(self, *rights: str) -> None:
        self.rights = rights
        self.asked: list[tuple[str, ...]] = []

    def granted(self, _: Login, image: str, actions: tuple[str, ...]) -> TokenAnswer:
        self.asked.append(actions)
        granted = [action for action in actions if action in self.rights]
        access = [grant(image, *granted)] if granted else []
        token = keys.sign_token(KEY, issuer="i", audience="a", access=access, now=time.time())
        return TokenAnswer(Exchange("GET", self.url, "get token", 200), "token", token=token)


class Answering:
    def __init__(self, status: int) -> None:
        self.status = status
        self.urls: list[str] = []

    def request(self, _: str, url: str, **__: Any) -> Exchange:
        self.urls.append(url)
        return Exchange("GET", url, "", self.status)


def facts_of(make: Callable[..., Facts], realm: Realm, *, known: bool, project: int = 404) -> Facts:
    client = Answering(200 if known else 404)
    return make(OPTIONS, realm=realm, client=client, outside=Answering(project), token=Secret("t"))


@pytest.mark.parametrize(
    ("rights", "known", "asked", "wrong"),
    [
        (("pull", "push"), True, ("pull", "push"), ""),
        (("pull", "push"), False, ("pull",), ""),  # GitLab would list an image that is not there
        (("pull",), True, ("pull", "push"), "push"),
        ((), True, ("pull", "push"), "pull and push"),
        ((), False, ("pull",), "pull"),
    ],
)
def test_what_is_granted(
    new_facts: Callable[..., Facts],
    run: Any,
    rights: tuple[str, ...],
    known: bool,
    asked: tuple[str, ...],
    wrong: str,
) -> None:
    realm = Realm(*rights)
    findings, _ = run(CHECK, facts_of(new_facts, realm, known=known))
    assert realm.asked == [asked]
    assert [finding.code for finding in findings] == (["image-access-missing"] if wrong else [])
    assert all(finding.summary == f"GitLab does not let alice {wrong} {IMAGE}." for finding in findings)


@pytest.mark.parametrize(("known", "asked"), [(True, []), (False, [("pull", "push")])])
def test_a_first_push_is_only_asked_for_with_write(
    new_facts: Callable[..., Facts], run: Any, known: bool, asked: list[tuple[str, ...]]
) -> None:
    realm = Realm("pull", "push")
    assert PUSH.effect == "lasting"
    assert run(PUSH, facts_of(new_facts, realm, known=known))[0] == []
    assert realm.asked == asked


@pytest.mark.parametrize(("status", "words"), [(200, "is there"), (404, "not there, or not for everybody")])
def test_whether_the_project_is_there(
    new_facts: Callable[..., Facts], run: Any, status: int, words: str
) -> None:
    facts = facts_of(new_facts, Realm(), known=False, project=status)
    [finding], _ = run(CHECK, facts)
    assert any(words in line for line in finding.evidence)
    url = "http://gitlab.example.com/api/v4/projects/group%2Fproject%2Fname"
    assert facts.outside().urls[0] == url  # type: ignore[attr-defined]  # the fake's


@pytest.mark.parametrize(("image", "wrong"), [(IMAGE, False), ("Group/Project", True)])
def test_names(new_facts: Callable[..., Facts], run: Any, image: str, wrong: bool) -> None:
    findings, _ = run(NAME, new_facts(Options(image=image)))
    assert [finding.code for finding in findings] == (["image-name-invalid"] if wrong else [])


def test_no_image(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="--image"):
        run(NAME, new_facts())
