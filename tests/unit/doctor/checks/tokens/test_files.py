from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tokens.files import CHECK
from glctl.doctor.gitlab import GitLab
from glctl.services.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

SOMEBODY = Account("somebody", os.geteuid() + 1, (os.getegid() + 1,))
ELSEWHERE = NotTriedError("GitLab is not on this host")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "registry/bundle.crt"
    path.parent.mkdir()
    path.write_text("")
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_uid == os.geteuid() and not each.stat().st_mode & 1:
            each.chmod(0o711)  # pytest's folders are for their owner alone
    return path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root looks as somebody else")
@pytest.mark.parametrize(("mode", "codes"), [(0o644, []), (0o600, ["token-bundle-unreadable"])])
def test_the_registrys_account(
    new_facts: Callable[..., Facts], run: Any, bundle: Path, mode: int, codes: list[str]
) -> None:
    bundle.chmod(mode)
    findings, note = run(CHECK, new_facts(account=SOMEBODY, gitlab=ELSEWHERE))
    assert [finding.code for finding in findings] == codes
    assert note == "bundle.crt by somebody"
    assert all(str(bundle) in finding.remedy for finding in findings)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root looks as somebody else")
def test_gitlabs_account(
    new_facts: Callable[..., Facts], run: Any, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, "of_group", lambda _: SOMEBODY)
    key = bundle.with_name("key")
    key.touch(0o600)
    gitlab = GitLab(bundle, key="/registry/key", group=1)
    findings, _ = run(CHECK, new_facts(account=Account.numbered(0), gitlab=gitlab))
    assert [(finding.code, finding.subject) for finding in findings] == [("token-key-unreadable", str(key))]
    assert findings[0].remedy == f"chown somebody {key} && chmod u+r {key}"


def test_no_file_here(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(account=SOMEBODY, gitlab=ELSEWHERE))
