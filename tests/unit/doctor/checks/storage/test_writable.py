from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.storage.writable import CHECK
from glctl.services import accounts
from glctl.services.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts


class Takable(Account):
    """One that this process may act as, root or not: what it then may is up to the test."""

    untakable = ""


ME = Account.numbered(os.geteuid())
OTHER = Takable("other", 54321, (54321,))


@pytest.fixture
def images(new_facts: Callable[..., Facts]) -> Path:
    path = new_facts().observed.root.at("/images")
    for place in ("blobs/sha256", "repositories"):
        (path / "docker/registry/v2" / place).mkdir(parents=True)
    return path


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Path]]:
    """Has the kernel refuse to write in some directories, for a reason; returns all that were tried."""

    def refuse(why: str, *directories: Path) -> list[Path]:
        tried: list[Path] = []

        def try_write(directory: Path, _: Account) -> str:
            tried.append(directory)
            return why if directory in directories else ""

        monkeypatch.setattr(accounts, "try_write", try_write)
        return tried

    return refuse


def test_where_a_push_writes_is_tried(
    new_facts: Callable[..., Facts], run: Any, images: Path, refuse: Callable[..., list[Path]]
) -> None:
    tried = refuse("")
    assert run(CHECK, new_facts(account=ME)) == ([], f"writable for the account {ME.name}")
    v2 = images / "docker/registry/v2"
    assert tried == [v2 / "blobs/sha256", v2 / "repositories"]


def test_before_the_first_push_it_is_the_top(
    new_facts: Callable[..., Facts], run: Any, refuse: Callable[..., list[Path]]
) -> None:
    facts = new_facts(account=ME)
    top = facts.observed.root.at("/images")
    top.mkdir()
    tried = refuse("")
    run(CHECK, facts)
    assert tried == [top]


def test_for_real(new_facts: Callable[..., Facts], run: Any, images: Path) -> None:
    assert run(CHECK, new_facts(account=ME))[0] == []
    assert not [path for path in images.rglob("*") if path.is_file()]


def test_a_tree_of_somebody_else_is_one_finding(
    new_facts: Callable[..., Facts], run: Any, images: Path, refuse: Callable[..., list[Path]]
) -> None:
    v2 = images / "docker/registry/v2"
    refuse("Permission denied", v2 / "blobs/sha256", v2 / "repositories")
    [finding], note = run(CHECK, new_facts(account=OTHER))
    assert (finding.code, note) == ("storage-not-writable", "not writable for the account other")
    assert "cannot write in" in finding.summary
    assert finding.summary.endswith("permission denied.")
    assert finding.evidence[0].startswith("/")
    assert finding.remedy.startswith(
        ("chown -R other /", "chmod o+x /")
    )  # pytest's folders are nobody else's


def test_a_directory_deep_below_is_found_by_its_mode(
    new_facts: Callable[..., Facts], run: Any, images: Path, refuse: Callable[..., list[Path]]
) -> None:
    group = images / "docker/registry/v2/repositories/group"
    group.mkdir(mode=0o500)
    tried = refuse("Permission denied", group)
    account = ME
    if ME.uid == 0:  # to whom no mode matters
        account = Account("owner", 1, ())
        for path in (images, *images.rglob("*")):
            os.chown(path, 1, -1)
    [finding], _ = run(CHECK, new_facts(account=account))
    assert tried[-1] == group
    assert finding.subject == str(group)


def test_an_access_list_may_allow_what_the_mode_does_not(
    new_facts: Callable[..., Facts], run: Any, images: Path, refuse: Callable[..., list[Path]]
) -> None:
    refuse("")
    assert run(CHECK, new_facts(account=OTHER))[0] == []


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("Read-only file system", "storage-read-only"),
        ("No space left on device", "storage-full"),
        ("Disk quota exceeded", "storage-full"),
        ("Input/output error", "storage-io-error"),
        (accounts.NO_ANSWER, "storage-not-writable"),
        ("Operation not permitted", "storage-not-writable"),
    ],
)
def test_what_else_keeps_it_from_writing(
    new_facts: Callable[..., Facts],
    run: Any,
    images: Path,
    refuse: Callable[..., list[Path]],
    why: str,
    code: str,
) -> None:
    refuse(why, images / "docker/registry/v2/repositories")
    [finding], _ = run(CHECK, new_facts(account=ME))
    assert (finding.code, finding.severity) == (code, "error")
    assert why.lower() in finding.summary
    assert not finding.remedy.startswith(("chown", "chmod"))  # owner and mode are right


def test_an_account_that_cannot_be_tried(new_facts: Callable[..., Facts], run: Any, images: Path) -> None:
    with pytest.raises(NotTriedError, match="there is no account nosuch:nosuch here"):
        run(CHECK, new_facts(account=Account.named("nosuch:nosuch")))


def test_another_driver(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="not kept on a file system"):
        run(CHECK, new_facts(config={}))


def test_a_file_where_a_push_needs_a_directory_is_found(
    new_facts: Callable[..., Facts], run: Any, images: Path, refuse: Callable[..., list[Path]]
) -> None:
    refuse("")
    file = images / "docker/registry/v2/repositories"
    file.rmdir()
    file.write_text("")
    [finding], _ = run(CHECK, new_facts(account=ME))
    assert (finding.code, finding.subject) == ("storage-not-a-directory", str(file))
