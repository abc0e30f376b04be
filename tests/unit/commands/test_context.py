from pathlib import Path

import pytest

from glctl.commands.context import Context
from glctl.console import Console
from glctl.errors import GlctlError, UsageError
from glctl.paths import EMBEDDED_DIR, Root
from glctl.settings.platform import DEBIAN, OMNIBUS


def context(root: Path, config: Path | None = None) -> Context:
    return Context(root=Root(root), console=Console(), config=config)


def test_gitlab_rb_lies_below_the_root(tmp_path: Path) -> None:
    assert context(tmp_path).config_file == tmp_path / "etc/gitlab/gitlab.rb"


def test_config_names_another_one_as_it_stands(tmp_path: Path) -> None:
    assert context(tmp_path, Path("other.rb")).config_file == Path("other.rb")


def test_the_platform_is_that_of_the_root(tmp_path: Path) -> None:
    assert context(tmp_path).platform is DEBIAN
    (tmp_path / EMBEDDED_DIR.lstrip("/")).mkdir(parents=True)
    assert context(tmp_path).platform is OMNIBUS


def test_a_root_that_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_root: Root) -> None:
        raise PermissionError(13, "Permission denied", f"{tmp_path}/opt")

    monkeypatch.setattr("glctl.settings.platform.detect", refuse)
    with pytest.raises(UsageError, match="may not be looked at by this user") as refused:
        _ = context(tmp_path).platform
    assert "sudo" in refused.value.hint


def test_an_own_host_may_be_changed(tmp_path: Path) -> None:
    context(tmp_path).require_own_host("reconfigure", "reconfigure")


def test_an_omnibus_host_may_not_and_the_refusal_names_the_command_to_use(tmp_path: Path) -> None:
    (tmp_path / EMBEDDED_DIR.lstrip("/")).mkdir(parents=True)
    with pytest.raises(GlctlError) as refused:
        context(tmp_path).require_own_host("restart", "restart registry")
    assert refused.value.exit_code == 1
    assert refused.value.message.startswith("restart is refused here")
    assert "sudo gitlab-ctl restart registry" in refused.value.hint
