"""The facts of this machine."""

from __future__ import annotations

import json
import os
import pwd
from typing import TYPE_CHECKING

import pytest

from glctl.errors import UsageError
from glctl.paths import Root
from glctl.services.host import observe_host
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "etc/gitlab/gitlab-secrets.json"
    path.parent.mkdir(parents=True)
    return path


def test_facts_are_those_of_this_machine(tmp_path: Path) -> None:
    host = observe_host(Root(tmp_path), DEBIAN, ["root", "no-such-user", "\0"], ["root", "no-such-group"])
    assert host.platform is DEBIAN
    assert host.root == Root(tmp_path)
    assert host.cpus == len(os.sched_getaffinity(0))
    assert host.invoker == pwd.getpwuid(os.geteuid()).pw_name
    assert host.privileged == (os.geteuid() == 0)
    assert host.users == {"root"}
    assert host.groups == {"root"}
    assert host.fqdn.split(".")[0] == os.uname().nodename.split(".")[0]


def test_certificates_are_those_in_their_place_and_those_named(tmp_path: Path) -> None:
    for path in ("etc/gitlab/ssl/a.crt", "srv/b.key"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    host = observe_host(Root(tmp_path), DEBIAN, [], [], ["/srv/b.key", "/srv/c.key"])
    assert host.certificates == {"/etc/gitlab/ssl/a.crt", "/srv/b.key"}


def test_without_a_secrets_file_there_are_no_secrets(tmp_path: Path) -> None:
    assert observe_host(Root(tmp_path), DEBIAN, [], []).secrets is None


def test_secrets_are_read_whole(tmp_path: Path, secrets: Path) -> None:
    document = {"registry": {"http_secret": "s"}, "gitlab_rails": {"db_key_base": "k"}}
    secrets.write_text(json.dumps(document))
    assert observe_host(Root(tmp_path), DEBIAN, [], []).secrets == document


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ":1:1: the secrets file is empty."),
        (b"  \n", ":2:1: the secrets file is empty."),
        (b'{"registry": {"http_secret": "tellnobody"', ":1:42: the secrets file is not valid JSON."),
        (b"[]", " holds no sections with keys in them."),
        (b'{"registry": "tellnobody"}', " holds no sections with keys in them."),
        (b'"\xff"', " cannot be read: it is not UTF-8."),
    ],
)
def test_a_broken_secrets_file_is_named_and_not_quoted(
    tmp_path: Path, secrets: Path, content: bytes, message: str
) -> None:
    secrets.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        observe_host(Root(tmp_path), DEBIAN, [], [])
    assert caught.value.message == f"{secrets}{message}"
    assert caught.value.hint
    assert "tellnobody" not in caught.value.message + caught.value.hint


def test_a_directory_in_its_place_is_named(tmp_path: Path, secrets: Path) -> None:
    secrets.mkdir()
    with pytest.raises(UsageError, match=r"gitlab-secrets\.json cannot be read: Is a directory\."):
        observe_host(Root(tmp_path), DEBIAN, [], [])
