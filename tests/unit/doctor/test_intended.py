"""gitlab.rb as it stands, whatever may be wrong with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from glctl.doctor.intended import Intended, intend

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.doctor.observed import Observed

RB = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    folder = tmp_path / "etc/gitlab"
    folder.mkdir(parents=True)
    (folder / "gitlab.rb").write_text(RB)
    return folder


def test_what_can_be_used(etc: Path, observed: Observed) -> None:
    intended = intend(observed)
    assert intended.configuration is not None
    assert intended.diagnostics == ()


def test_what_is_broken_tells_all_that_is_wrong(etc: Path, observed: Observed) -> None:
    (etc / "gitlab.rb").write_text(f"{RB}registry['debug_addr'] = `id`\nregistry['nonsense'] = 1\n")
    intended = intend(observed)
    assert intended.configuration is None
    assert {d.code for d in intended.diagnostics} >= {"ruby-unsupported", "unknown-key"}


def test_what_makes_no_sense_cannot_be_used_either(etc: Path, observed: Observed) -> None:
    (etc / "gitlab.rb").write_text(f"{RB}registry['storage'] = {{ 's3' => {{}}, 'gcs' => {{}} }}\n")
    intended = intend(observed)
    assert intended.configuration is None
    assert "storage-driver-several" in {d.code for d in intended.diagnostics}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"registry": 1}'])
def test_damaged_secrets_are_named(etc: Path, observed: Observed, text: str) -> None:
    (etc / "gitlab-secrets.json").write_text(text)
    intended = intend(observed)
    assert intended.unreadable == etc / "gitlab-secrets.json"


def test_a_gitlab_rb_that_is_not_there_is_named(etc: Path, observed: Observed) -> None:
    (etc / "gitlab.rb").unlink()
    assert intend(observed).unreadable == etc / "gitlab.rb"


def test_a_directory_in_its_place(etc: Path, observed: Observed) -> None:
    (etc / "gitlab.rb").unlink()
    (etc / "gitlab.rb").mkdir()
    assert intend(observed).unreadable == etc / "gitlab.rb"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_this_user_may_not_read(etc: Path, observed: Observed) -> None:
    (etc / "gitlab.rb").chmod(0)
    with pytest.raises(PermissionError):
        intend(observed)


def test_nothing_is_known_of_nothing() -> None:
    assert Intended().configuration is None
