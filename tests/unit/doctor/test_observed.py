from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.converge.desired import examine
from glctl.doctor.check import NotTriedError
from glctl.doctor.observed import Observed, from_disk, from_files
from glctl.errors import GlctlError
from glctl.paths import EMBEDDED_DIR, SERVICE_DIR, SV_DIR, Root
from glctl.render.resources import Directory, File, Symlink
from glctl.secret import Secret
from glctl.settings.platform import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.converge.desired import Configuration

GITLAB_RB = """
external_url 'https://gitlab.example.com'
registry_external_url 'http://registry.example.com:5050'
registry['registry_http_addr'] = '127.0.0.1:5000'
registry['debug_addr'] = 'localhost:5001'
registry['http_secret'] = 'PLANTED'
registry['env'] = { 'REGISTRY_LOG_LEVEL' => 'debug' }
logrotate['enable'] = false
"""
CHEFS_RUN = """#!/bin/bash
set -e
exec 2>&1
cd /var/opt/gitlab/registry
exec chpst -e /opt/gitlab/etc/registry/env -P -U registry:registry -u registry:registry \\
  /opt/gitlab/embedded/bin/registry serve ./config.yml
"""


@pytest.fixture
def configure(tmp_path: Path) -> Callable[..., tuple[Root, Configuration]]:
    """A gitlab.rb understood, in a root of the test's own."""

    def configure(platform: str, text: str = GITLAB_RB) -> tuple[Root, Configuration]:
        root = Root(tmp_path / "root")
        root.path.mkdir(exist_ok=True)
        if platform == "omnibus":
            root.at(EMBEDDED_DIR).mkdir(parents=True)
        file = tmp_path / "gitlab.rb"
        file.write_text(text)
        return root, examine(root, file, PLATFORMS[platform])  # type: ignore[index]  # parametrized

    return configure


@pytest.fixture
def tree(configure: Callable[..., tuple[Root, Configuration]]) -> Callable[..., Root]:
    """A root with every file that reconfigure, or Chef, writes."""

    def tree(platform: str = "debian", text: str = GITLAB_RB) -> Root:
        root, configuration = configure(platform, text)
        for resource in configuration.resources():
            match resource:
                case File(path=path, content=content):
                    root.at(path).parent.mkdir(parents=True, exist_ok=True)
                    root.at(path).write_bytes(content)
                case Directory(path=path):
                    root.at(path).mkdir(parents=True, exist_ok=True)
                case Symlink(path=path, target=target):
                    root.at(path).parent.mkdir(parents=True, exist_ok=True)
                    root.at(path).symlink_to(target)
        return root

    return tree


def rendered(configuration: Configuration) -> dict[str, bytes]:
    return {r.path: r.content for r in configuration.resources() if isinstance(r, File)}


def require_as_written(observed: Observed, root: Root) -> None:
    """That *observed* is what GITLAB_RB says."""
    assert observed.registry == ("127.0.0.1", 5000)
    assert observed.debug == ("localhost", 5001)
    assert observed.setting("auth", "token", "issuer") == "omnibus-gitlab-issuer"
    assert observed.setting("log", "level") == "debug"  # from the environment
    assert observed.environment["REGISTRY_LOG_LEVEL"] == "debug"
    assert observed.services == ("registry", "nginx")
    assert observed.problem == ""
    assert observed.vhost
    assert observed.vhost.upstream == "127.0.0.1:5000"
    assert observed.vhost.public
    assert observed.vhost.public.origin == "http://registry.example.com:5050"
    assert observed.storage_directory == root.at("/var/opt/gitlab/gitlab-rails/shared/registry")
    assert dict(observed.listeners) == {
        "registry": ("127.0.0.1", 5000),
        "debug server": ("localhost", 5001),
        "nginx": ("*", 5050),
    }


@pytest.mark.parametrize("platform", ["debian", "omnibus"])
def test_what_is_on_disk(tree: Callable[..., Root], platform: str) -> None:
    root = tree(platform)
    observed = from_disk(root)
    require_as_written(observed, root)
    assert (observed.source, observed.platform.name) == ("disk", platform)
    assert observed.config_path == root.relocate("/var/opt/gitlab/registry/config.yml")


def test_an_omnibus_host_as_chef_writes_it(tree: Callable[..., Root]) -> None:
    """Chef's own run script, with a relative config.yml, and service links that lead to /opt."""
    root = tree("omnibus")
    root.at(f"{SV_DIR}/registry/run").write_text(CHEFS_RUN)
    for name in ("registry", "nginx"):
        link = root.at(f"{SERVICE_DIR}/{name}")
        link.unlink()
        link.symlink_to(f"/opt/gitlab/sv/{name}")
    observed = from_disk(root)
    require_as_written(observed, root)
    assert observed.run_as == "registry:registry"


@pytest.mark.parametrize("platform", ["debian", "omnibus"])
def test_what_a_gitlab_rb_alone_would_make(
    configure: Callable[..., tuple[Root, Configuration]], platform: str
) -> None:
    root, configuration = configure(platform)
    observed = from_files(root, rendered(configuration))
    require_as_written(observed, root)
    assert observed.source == "gitlab.rb"
    assert not any(root.path.rglob("config.yml"))


def test_secrets_are_wrapped(tree: Callable[..., Root]) -> None:
    observed = from_disk(tree())
    assert observed.setting("http", "secret") == Secret("PLANTED")
    assert "PLANTED" not in repr(observed)


def test_services_are_those_that_are_enabled(tree: Callable[..., Root]) -> None:
    root = tree()
    root.at(f"{SERVICE_DIR}/nginx").unlink()
    assert from_disk(root).services == ("registry",)


@pytest.mark.parametrize("platform", ["debian", "omnibus"])
def test_no_registry_at_all(configure: Callable[..., tuple[Root, Configuration]], platform: str) -> None:
    root, _ = configure(platform)
    with pytest.raises(GlctlError, match="There is no registry here") as caught:
        from_disk(root)
    assert f"run: {'gitlab-ctl' if platform == 'omnibus' else 'glctl'} reconfigure" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"http: ][", "line 1, column 7: "),
        (b"a: 1\nb: PLANTED: x", "line 2, column 11: mapping values are not allowed here"),
        (b"a: *PLANTED", "line 1, column 4: found undefined alias [MASKED]"),
        (b"a: !PLANTED x", "could not determine a constructor for the tag [MASKED]"),
        (b"a: [1", "expected ',' or ']', but got '<stream end>'"),
        (b"", "it holds no settings"),
        (b"- a", "it holds no settings"),
        (b"\xff\xff", "it is no YAML"),
        (None, "it is not there"),
    ],
)
def test_a_damaged_config_yml_is_a_problem_not_an_error(
    tree: Callable[..., Root], content: bytes | None, problem: str
) -> None:
    root = tree()
    file = root.at("/var/opt/gitlab/registry/config.yml")
    file.write_bytes(content) if content is not None else file.unlink()
    observed = from_disk(root)
    assert problem in observed.problem
    assert "PLANTED" not in observed.problem
    assert observed.registry is None
    assert observed.storage_directory is None
    assert observed.services == ("registry", "nginx")


@pytest.mark.parametrize(
    ("addr", "asked"),
    [
        ("0.0.0.0:5000", ("127.0.0.1", 5000)),
        (":5000", ("127.0.0.1", 5000)),
        ("[::]:5000", ("::1", 5000)),
        ("[::1]:5000", ("::1", 5000)),
        ("/run/registry.sock", None),
        ("http://127.0.0.1:5000", None),
        ("127.0.0.1", None),
        (5000, None),
        (["127.0.0.1:5000"], None),
    ],
)
def test_where_the_registry_is_asked(observed: Observed, addr: object, asked: object) -> None:
    changed = replace(observed, config={"http": {"addr": addr}})
    assert changed.registry == asked
    assert changed.debug is None


@pytest.mark.parametrize(
    ("storage", "directory"),
    [
        ({"filesystem": {"rootdirectory": "/images"}}, "/images"),
        ({"filesystem": {"rootdirectory": "images"}}, "/registry/images"),
        ({"filesystem": None}, "/var/lib/registry"),
        ({"filesystem": {}}, "/var/lib/registry"),
        ({"s3": {"bucket": "b"}}, None),
        ("filesystem", None),
        (None, None),
    ],
)
def test_where_images_are_kept(observed: Observed, storage: object, directory: str | None) -> None:
    changed = replace(observed, config={"storage": storage})
    assert changed.storage_directory == (directory and observed.root.at(directory))


def test_the_virtual_host_is_found_where_nginx_looks(tree: Callable[..., Root]) -> None:
    root = tree()
    conf = root.at("/var/opt/gitlab/nginx/conf")
    old = conf / "gitlab-registry.conf"  # its place in older versions of Omnibus
    (conf / "service_conf/gitlab-registry.conf").rename(old)
    vhost = from_disk(root).vhost
    assert vhost
    assert vhost.path == str(old)
    old.unlink()
    assert from_disk(root).vhost is None


def test_a_damaged_virtual_host_is_a_problem_of_its_own(tree: Callable[..., Root]) -> None:
    root = tree()
    file = root.at("/var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf")
    file.write_text(file.read_text().replace("}", ""))
    observed = from_disk(root)
    assert observed.problem == ""
    assert observed.vhost
    assert "is not closed" in observed.vhost.problem


def test_an_edited_run_script_counts(tree: Callable[..., Root]) -> None:
    root = tree()
    other = root.at("/srv/registry")
    other.mkdir(parents=True)
    (other / "c.yml").write_text("http: {addr: ':6000'}")
    run = root.at(f"{SV_DIR}/registry/run")
    run.write_text("#!/bin/sh\ncd /srv/registry\nexec chpst -u nobody registry serve c.yml\n")
    observed = from_disk(root)
    assert (observed.registry, observed.run_as) == (("127.0.0.1", 6000), "nobody")
    assert observed.setting("log", "level") is None  # no environment directory any more


def test_a_run_script_that_says_nothing_leaves_the_usual_places(tree: Callable[..., Root]) -> None:
    root = tree()
    root.at(f"{SV_DIR}/registry/run").write_text("#!/bin/sh\n. /etc/registry.sh\n")
    assert from_disk(root).registry == ("127.0.0.1", 5000)


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes files of this name unreadable, for root too."""

    def forbid(name: str) -> None:
        read = Path.read_bytes

        def refuse(path: Path) -> bytes:
            if path.name == name:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return read(path)

        monkeypatch.setattr(Path, "read_bytes", refuse)

    return forbid


def test_without_permission_for_config_yml_the_rest_is_there(
    tree: Callable[..., Root], forbid: Callable[[str], None]
) -> None:
    root = tree()
    forbid("config.yml")
    observed = from_disk(root)
    assert observed.unread == (observed.config_path,)
    assert (observed.problem, observed.services) == ("", ("registry", "nginx"))
    assert observed.require_vhost().upstream == "127.0.0.1:5000"
    for needs_it in (lambda: observed.setting("http"), lambda: observed.registry):
        with pytest.raises(PermissionError) as caught:
            needs_it()
        assert caught.value.filename == observed.config_path


def test_without_permission_for_the_virtual_host_it_is_not_taken_for_missing(
    tree: Callable[..., Root], forbid: Callable[[str], None]
) -> None:
    root = tree()
    forbid("gitlab-registry.conf")
    observed = from_disk(root)
    assert observed.vhost is None
    assert observed.registry == ("127.0.0.1", 5000)
    with pytest.raises(PermissionError):
        observed.require_vhost()


def test_a_virtual_host_that_is_not_there(observed: Observed) -> None:
    with pytest.raises(NotTriedError):
        replace(observed, vhost=None).require_vhost()


def test_what_cannot_be_read_is_said(tree: Callable[..., Root]) -> None:
    root = tree()
    file = root.at("/var/opt/gitlab/registry/config.yml")
    file.unlink()
    file.mkdir()
    with pytest.raises(GlctlError, match=r"config\.yml cannot be read: is a directory\."):
        from_disk(root)


def test_where_a_value_is_set(observed: Observed) -> None:
    assert observed.where("http", "addr") == "/registry/config.yml: http.addr"
    overridden = replace(observed, overrides=("REGISTRY_HTTP_ADDR",))
    assert overridden.where("http", "addr") == "REGISTRY_HTTP_ADDR of its environment"
    assert overridden.where("http", "host") == "/registry/config.yml: http.host"
