from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.configuration.open_to_registry import CHECK
from glctl.services.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

STRANGER = Account("stranger", 4242, (4242,))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """config.yml, all the way to which is open."""
    path = tmp_path / "registry/config.yml"
    path.parent.mkdir()
    path.write_text("")
    for parent in (*path.parents,):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(0o755)
    return path


def test_a_file_that_it_may_read(new_facts: Callable[..., Facts], run: Any, config: Path) -> None:
    assert run(CHECK, new_facts(account=STRANGER)) == ([], "readable for stranger")


def test_a_file_of_others(new_facts: Callable[..., Facts], run: Any, config: Path) -> None:
    config.chmod(0o600)
    [finding], _ = run(CHECK, new_facts(account=STRANGER))
    assert (finding.code, finding.remedy) == ("registry-config-unreadable", f"chown stranger {config}")


def test_a_file_of_its_own_that_it_may_not_read(
    new_facts: Callable[..., Facts], run: Any, config: Path
) -> None:
    config.chmod(0o044)
    info = config.stat()
    account = Account("owner", info.st_uid or 4242, (info.st_gid,))
    if info.st_uid == 0:
        os.chown(config, 4242, info.st_gid)
    [finding], _ = run(CHECK, new_facts(account=account))
    assert finding.remedy == f"chmod u+r {config}"


def test_a_directory_on_the_way(new_facts: Callable[..., Facts], run: Any, config: Path) -> None:
    config.parent.chmod(0o700)
    [finding], _ = run(CHECK, new_facts(account=STRANGER))
    assert (finding.subject, finding.remedy) == (str(config.parent), f"chmod o+x {config.parent}")


def test_no_file(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="is not there"):
        run(CHECK, new_facts(account=STRANGER))


def test_no_such_account(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="no account nobody-at-all"):
        run(CHECK, new_facts(account=Account("nobody-at-all", None)))
