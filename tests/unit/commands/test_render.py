import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl import cli
from glctl.clients import keys
from glctl.paths import CONFIG_FILE, Root

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
CONFIG = "var/opt/gitlab/registry/config.yml"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "root/etc/gitlab").mkdir(parents=True)
    (tmp_path / "root/etc/gitlab/gitlab.rb").write_text(GOOD)
    return Root(tmp_path / "root")


@pytest.fixture
def run(root: Root, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    small = keys.generate_key(bits=2048)  # one of the full size takes a second
    monkeypatch.setattr(keys, "generate_key", lambda: small)

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), "render", *args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_every_file_is_written_and_nothing_else_touched(run: Run, root: Root, tmp_path: Path) -> None:
    code, out, err = run("--output-dir", str(tmp_path / "a/b"))
    assert (code, err) == (0, "")
    assert out == f"23 files below {tmp_path}/a/b, as on a host of platform debian.\n"
    assert (tmp_path / "a/b" / CONFIG).read_text().startswith("# Made by glctl")
    assert (tmp_path / "a/b/opt/gitlab/service/registry").readlink() == root.path / "opt/gitlab/sv/registry"
    assert sorted(path.name for path in root.path.rglob("*")) == ["etc", "gitlab", "gitlab.rb"]


def test_files_are_the_invokers_alone(run: Run, tmp_path: Path) -> None:
    run("--output-dir", str(tmp_path / "out"))
    modes = {
        (path.is_dir(), oct(stat.S_IMODE(path.stat().st_mode)))
        for path in (tmp_path / "out").rglob("*")
        if not path.is_symlink()
    }
    assert modes == {(True, "0o700"), (False, "0o600"), (False, "0o700")}


@pytest.mark.parametrize(
    ("platform", "expected"), [("debian", "/etc/ssl/certs"), ("omnibus", "/opt/gitlab/embedded/ssl/certs/")]
)
def test_for_another_platform(run: Run, tmp_path: Path, platform: str, expected: str) -> None:
    code, out, _ = run("--output-dir", str(tmp_path / "out"), "--platform", platform)
    assert (code, f"platform {platform}." in out) == (0, True)
    assert (tmp_path / "out/opt/gitlab/etc/registry/env/SSL_CERT_DIR").read_text() == expected


def test_an_empty_directory_will_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run("--output-dir", str(tmp_path / "out"))[0] == 0


@pytest.mark.parametrize("there", ["file", "directory"])
def test_what_is_there_is_not_overwritten(run: Run, tmp_path: Path, there: str) -> None:
    target = tmp_path / "out"
    if there == "directory":
        target.mkdir()
    (target / "mine" if there == "directory" else target).write_text("mine")
    code, out, err = run("--output-dir", str(target))
    assert (code, out) == (2, "")
    assert f"{target} is not an empty directory" in err
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()].count("gitlab.rb") == 1


def test_a_wrong_gitlab_rb_writes_nothing(run: Run, root: Root, tmp_path: Path) -> None:
    root.at(CONFIG_FILE).write_text(GOOD + "registry['storage'] = 5")
    code, out, err = run("--output-dir", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert "a hash belongs here" in err
    assert not (tmp_path / "out").exists()


def test_where_it_may_not_write(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, err = run("--output-dir", str(tmp_path / "file/out"))
    assert (code, err) == (2, f"glctl: {tmp_path}/file is not a directory.\n")
