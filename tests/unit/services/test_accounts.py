from __future__ import annotations

import os
import pwd
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.services import accounts
from glctl.services.accounts import NO_ANSWER, Account, try_write

if TYPE_CHECKING:
    from collections.abc import Iterator

ME = Account.numbered(os.geteuid())
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other accounts can get to, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def test_the_account_of_a_run_script() -> None:
    nobody = pwd.getpwnam("nobody")
    assert Account.named("nobody") == Account("nobody", nobody.pw_uid, (nobody.pw_gid,))
    assert Account.named("nobody:root") == Account("nobody", nobody.pw_uid, (0,))
    assert Account.named("nobody:root:daemon").groups[0] == 0
    assert len(Account.named("nobody:root:daemon").groups) == 2


@pytest.mark.parametrize("text", ["nosuchuser", "nosuchuser:root", "root:nosuchgroup", "", ":0:0"])
def test_one_that_does_not_exist(text: str) -> None:
    account = Account.named(text)
    assert (account.name, account.uid) == (text, None)
    assert account.untakable == f"there is no account {text} here"


def test_the_account_of_a_process() -> None:
    assert Account.numbered(0) == Account("root", 0, (0,))
    assert Account.numbered(54321) == Account("54321", 54321)


def test_whom_this_process_may_act_as() -> None:
    assert ME.untakable == ""
    other = Account("other", 54321, (54321,))
    assert other.untakable == ("" if AS_ROOT else "only root can try it as other")


@pytest.mark.parametrize(
    ("account", "mode", "may"),
    [
        (Account("owner", 7, (8,)), 0o700, True),
        (Account("owner", 7, (8,)), 0o077, False),  # the owner's bits alone count for the owner
        (Account("member", 9, (1, 8)), 0o070, True),
        (Account("member", 9, (1, 8)), 0o707, False),
        (Account("other", 9, (9,)), 0o007, True),
        (Account("other", 9, (9,)), 0o770, False),
        (Account("other", 9, (9,)), 0o775, False),
        (Account("root", 0, (0,)), 0o000, True),
    ],
)
def test_what_a_mode_allows(account: Account, mode: int, may: bool) -> None:
    info = os.stat_result((0o040000 | mode, 0, 0, 1, 7, 8, 0, 0, 0, 0))
    assert account.may(info, os.R_OK | os.W_OK | os.X_OK) == may


def test_a_file_is_written_and_removed(tmp_path: Path) -> None:
    assert try_write(tmp_path, ME) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_never_taken_for_shell(tmp_path: Path) -> None:
    odd = tmp_path / "$(touch planted); 'x' \"y\" -rf"
    odd.mkdir()
    assert try_write(odd, ME) == ""
    assert [path.name for path in tmp_path.iterdir()] == [odd.name]


@pytest.mark.parametrize(
    ("place", "why"), [("nowhere", "No such file or directory"), ("file/below", "Not a directory")]
)
def test_the_kernels_reason_is_told(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "file").touch()
    assert try_write(tmp_path / place, ME) == why


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert try_write(tmp_path, ME) == "Permission denied"


@pytest.mark.skipif(not AS_ROOT, reason="only root can act as another account")
def test_as_another_account_with_its_groups(place: Path) -> None:
    place.chmod(0o770)
    assert try_write(place, Account.named("nobody:nogroup")) == "Permission denied"
    os.chown(place, 0, Account.named("nobody:daemon").groups[0])
    assert try_write(place, Account.named("nobody:daemon")) == ""
    assert try_write(place, Account.named("nobody:nogroup:daemon")) == ""


def test_a_full_disk_is_noticed(tmp_path: Path) -> None:
    """As a file system without room does it: the limit on a file's size stands for it."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        why = try_write(tmp_path, ME)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert why
    assert list(tmp_path.iterdir()) == []


def test_a_mount_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that nobody writes to stands for it."""
    monkeypatch.setattr(accounts, "_TIMEOUT", 0.1)
    monkeypatch.setattr(accounts, "_WRITE_AND_REMOVE", "exec sleep 5")
    begun = time.monotonic()
    assert try_write(tmp_path, ME) == NO_ANSWER
    assert time.monotonic() - begun < 2


def test_its_home() -> None:
    assert Account.named("nobody").home == pwd.getpwnam("nobody").pw_dir
    assert (Account("lost", None).home, Account("2147483646", 2147483646).home) == ("", "")


def test_a_failure_without_words_is_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_WRITE_AND_REMOVE", "exit 3")
    assert try_write(tmp_path, ME) == "exit code 3"
