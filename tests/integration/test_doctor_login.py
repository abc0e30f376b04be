"""A user's login, tried by the doctor on a stack with GitLab's side: the realm is a fake, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fake_gitlab import given, with_gitlab
from stacks import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

WRONG = "PLANTED-password"
LOGIN = ("--login-as", "alice", "--token-stdin")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with with_gitlab() as made:
        yield made


@pytest.mark.parametrize("more", [(), ("--wait", "2")])
def test_a_login_fails_once_in_a_run(stack: Stack, more: tuple[str, ...]) -> None:
    before = stack.fake.failed_logins
    with given(WRONG):
        code, out, err = stack.glctl("-v", "doctor", "--ntp-server", stack.time_server, *LOGIN, *more)
    assert code == 1
    assert "login-refused" in out
    assert stack.fake.failed_logins == before + 1
    assert WRONG not in out + err


def test_without_a_login_none_fails(stack: Stack) -> None:
    before = stack.fake.failed_logins
    stack.require_well("--write")
    assert stack.fake.failed_logins == before


def test_the_registry_accepts_what_the_user_is_given(stack: Stack) -> None:
    with given():
        report = stack.require_well(*LOGIN, "--image", "group/project/name")
    outcomes = {check["name"]: check["outcome"] for check in report["checks"]}
    assert (outcomes["login"], outcomes["login-token"], outcomes["image-access"]) == ("ok",) * 3, told(report)
    assert outcomes["image-push"] == "not_tried"
