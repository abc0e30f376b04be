from pathlib import Path

import pytest

from glctl.paths import Root
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN

SANDBOX = Root(Path("/srv/sandbox"))
SOME = {"users": frozenset({"registry"}), "groups": frozenset({"registry"})}


@pytest.mark.parametrize(
    ("facts", "makes", "registry", "git"),
    [
        ({}, True, True, True),  # what is missing is made
        ({"privileged": False, **SOME}, False, False, False),  # only the invoker can own anything
        ({"root": SANDBOX}, False, False, False),
        ({"root": SANDBOX, **SOME}, False, True, False),
        ({"root": SANDBOX, "users": frozenset({"registry"})}, False, False, False),
    ],
)
def test_accounts_that_files_can_belong_to(facts: dict, makes: bool, registry: bool, git: bool) -> None:
    host = Host(DEBIAN, **facts)
    assert host.makes_accounts is makes
    assert host.has_account("registry", "registry") is registry
    assert host.has_account("git", "git") is git


def test_a_user_alone_needs_no_group() -> None:
    assert Host(DEBIAN, root=SANDBOX, users=frozenset({"registry"})).has_account("registry")
