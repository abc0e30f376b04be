from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from glctl.clients import keys
from glctl.doctor.check import NotTriedError
from glctl.doctor.signing import KEY_FILE, read_text, signing_key
from glctl.errors import GlctlError
from glctl.paths import SECRETS_FILE, Root

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def pem() -> str:
    return keys.generate_key(bits=2048).reveal()


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_key_is_gitlabs_own_file(root: Root, pem: str) -> None:
    write(root.at(KEY_FILE), pem)
    write(root.at(SECRETS_FILE), json.dumps({"registry": {"internal_key": "another"}}))
    assert signing_key(root).key_size == 2048


def test_else_it_is_in_the_secrets_file(root: Root, pem: str) -> None:
    write(root.at(SECRETS_FILE), json.dumps({"registry": {"internal_key": pem}}))
    assert signing_key(root).key_size == 2048


@pytest.mark.parametrize(
    "secrets", [None, "", "{", "[]", '{"registry": {}}', '{"registry": {"internal_key": 1}}']
)
def test_a_key_that_is_on_another_host_is_not_tried(root: Root, secrets: str | None) -> None:
    if secrets is not None:
        write(root.at(SECRETS_FILE), secrets)
    with pytest.raises(NotTriedError, match="is not on this host"):
        signing_key(root)


def test_a_damaged_key_is_named_without_its_text(root: Root, pem: str) -> None:
    write(root.at(KEY_FILE), pem[:200])
    with pytest.raises(GlctlError, match=r"gitlab-registry\.key: ") as caught:
        signing_key(root)
    assert pem.splitlines()[1] not in repr(caught.value)


def test_what_may_not_be_read_keeps_its_cause(tmp_path: Path) -> None:
    with pytest.raises(GlctlError, match="cannot be read: is a directory") as caught:
        read_text(tmp_path)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_file_or_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\xff")
    assert read_text(tmp_path / "file") == "a\ufffd"
    assert read_text(tmp_path / "none") is None
