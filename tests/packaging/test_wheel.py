"""The wheel: what it holds, and that it works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import glctl

PROJECT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command that has to succeed, without this environment's Python settings."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GLCTL"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target=wheel", f"--directory={target}", cwd=PROJECT)
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``bin`` of a fresh environment with the wheel and this one's libraries, but without this checkout."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    # Added by a .pth file, the directory's own .pth files are not read: so the editable glctl stays out.
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", f"--python={home}/bin/python", "install", "--no-deps", "--no-index"]
    run(*pip, wheel, cwd=home)
    return home / "bin"


def files_below(folder: str) -> set[str]:
    paths = (path for path in (PROJECT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(PROJECT)) for path in paths if path.suffix != ".pyc"}


def test_it_holds_the_package_and_the_templates_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == files_below("glctl") | {f"glctl/{name}" for name in files_below("templates")}


def test_it_holds_the_licence(wheel: Path) -> None:
    assert any(name.endswith("/licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_it_is_what_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import glctl; print(glctl.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_its_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "glctl", "--version", cwd=tmp_path) == f"glctl {glctl.__version__}\n"


@pytest.mark.parametrize("platform", ["omnibus", "debian"])
def test_it_renders_from_its_own_templates(installed: Path, tmp_path: Path, platform: str) -> None:
    config, output = tmp_path / "gitlab.rb", tmp_path / "rendered"
    config.write_text(
        "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
    )
    run(
        installed / "glctl",
        f"--config={config}",
        "render",
        f"--platform={platform}",
        f"--output-dir={output}",
        cwd=tmp_path,
    )
    assert (
        "registry.example.com"
        in (output / "var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf").read_text()
    )


def test_it_explains_and_compares_without_the_example_beside_it(installed: Path, tmp_path: Path) -> None:
    config = tmp_path / "gitlab.rb"
    config.write_text("registry_external_url 'http://registry.example.com'\n")
    glctl = [installed / "glctl", f"--config={config}"]
    assert "\n  registry: enable, username, group, uid, gid," in run(*glctl, "diff-config", cwd=tmp_path)
    said = run(*glctl, "explain", "registry.dir", cwd=tmp_path)
    assert said.startswith("registry['dir'] = '/var/opt/gitlab/registry'\n")
