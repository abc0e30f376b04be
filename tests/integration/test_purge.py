"""``glctl down --purge``: what glctl made goes, what is somebody else's stays."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from roots import IMAGES, Installation, installation
from servers import program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def made() -> Iterator[Installation]:
    """A root that runs, with an image, a service's own left-overs and an administrator's file."""
    program("logrotate")
    with installation() as made:
        made.base.remove("logrotate['enable'] = false")
        made.reconfigure()
        made.ask(made.nginx)
        image = made.at(f"{IMAGES}/docker/registry/v2/blobs/sha256/00/data")
        image.parent.mkdir(parents=True)
        image.write_text("layer")
        if os.geteuid() == 0:
            for each in made.at(IMAGES).rglob("*"):
                shutil.chown(each, "nobody", "nogroup")
        yield made


def files(made: Installation) -> set[str]:
    """All that is there but directories."""
    return {str(path.relative_to(made.path)) for path in made.path.rglob("*") if not path.is_dir()}


def test_configuration_goes_and_data_stays(made: Installation) -> None:
    (made.at("/var/opt/gitlab/nginx/conf/service_conf") / "own.conf").write_text("# an administrator's")
    done = made.glctl("down", "--purge")
    assert done.returncode == 0, done.stderr
    left = files(made)
    logs = {name for name in left if name.startswith("var/log/gitlab/")}
    assert {
        f"var/log/gitlab/{name}" for name in ("registry/current", "nginx/gitlab_registry_access.log")
    } <= logs
    assert left - logs == {
        "etc/gitlab/gitlab.rb",
        "etc/gitlab/gitlab-secrets.json",
        "var/opt/gitlab/nginx/conf/service_conf/own.conf",
        f"{IMAGES.lstrip('/')}/docker/registry/v2/blobs/sha256/00/data",
    }
    assert f"kept: {made.at(IMAGES)}" in done.stdout
    assert f"kept: {made.at('/etc/gitlab/gitlab-secrets.json')}" in done.stdout
    assert not made.at("/opt/gitlab").exists()
    assert made.members() == []
    again = made.glctl("down", "--purge")
    assert again.returncode == 0, again.stderr


def test_with_data_only_gitlab_rb_stays(made: Installation) -> None:
    refused = made.glctl("down", "--purge", "--data", input="n\n")
    assert refused.returncode != 0
    assert made.pid("registry")
    done = made.glctl("down", "--purge", "--data", "--yes")
    assert done.returncode == 0, done.stderr
    assert files(made) == {"etc/gitlab/gitlab.rb"}
    for place in ("/opt/gitlab", "/var/opt/gitlab", "/var/log/gitlab"):
        assert not made.at(place).exists()


def test_what_a_link_leads_to_stays(made: Installation, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    cache = made.at("/var/opt/gitlab/nginx/proxy_cache")
    shutil.rmtree(cache)
    cache.symlink_to(tmp_path)
    assert made.glctl("down", "--purge", "--data", "--yes").returncode == 0
    assert (tmp_path / "precious").read_text() == "precious"


def test_after_it_a_reconfigure_makes_everything_again(made: Installation) -> None:
    assert made.glctl("down", "--purge").returncode == 0
    made.reconfigure()
    assert made.ask(made.nginx).status == 401
