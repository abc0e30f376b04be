from __future__ import annotations

from pathlib import Path

import pytest

from glctl.paths import Root
from glctl.render.build import resources
from glctl.render.resources import Absent, Account, Directory, File, Symlink
from glctl.settings.platform import DEBIAN, OMNIBUS

OFF = "registry['enable'] = false"
SECRETS, KEY = "/etc/gitlab/gitlab-secrets.json", "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
VHOST = "/var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf"
LINKS = [f"/opt/gitlab/service/{name}" for name in ("registry", "nginx", "logrotate")]


@pytest.fixture
def made(configure):
    def of(text="", **facts):
        configuration = configure(text, **facts)
        return resources(configuration.effective, configuration.host, configuration.secrets)

    return of


def paths(made, *kinds) -> list[str]:
    return [r.path for r in made if isinstance(r, kinds or (File, Directory, Symlink, Absent))]


@pytest.mark.parametrize("platform", [DEBIAN, OMNIBUS], ids=lambda platform: platform.name)
def test_links_that_enable_services_come_last(made, platform) -> None:
    found = made(platform=platform)
    links = [r.path for r in found if isinstance(r, Symlink) and r.path in LINKS]
    assert links == (LINKS if platform is DEBIAN else LINKS[:2])  # logrotate is Omnibus's own
    assert [r.path for r in found[-len(links) :]] == links


def test_whatever_stands_in_a_directory_comes_after_it(made) -> None:
    found = paths(made(), File, Directory, Symlink)
    directories = set(paths(made(), Directory))
    for number, path in enumerate(found):
        above = {str(parent) for parent in Path(path).parents} & directories
        assert above <= set(found[:number]), path


def test_no_path_is_made_twice(made) -> None:
    for platform in (DEBIAN, OMNIBUS):
        found = paths(made(platform=platform))
        assert len(found) == len(set(found))


def test_accounts_come_before_what_belongs_to_them(made) -> None:
    found = made()
    owners = {"root"}
    for resource in found:
        if isinstance(resource, Account):
            owners |= {resource.user, resource.group}
        elif isinstance(resource, File | Directory):
            assert {resource.owner, resource.group} <= owners, resource.path


@pytest.mark.parametrize(
    ("text", "platform", "expected"),
    [
        ("", DEBIAN, (True, True)),
        ("", OMNIBUS, (True, True)),
        ("package['generate_secrets_json_file'] = false", DEBIAN, (False, True)),
        (OFF, DEBIAN, (False, False)),
        (OFF, OMNIBUS, (True, False)),
        (f"{OFF}\ngitlab_rails['registry_enabled'] = true", OMNIBUS, (True, True)),
        ("gitlab_rails['enable'] = false", OMNIBUS, (True, False)),
    ],
)
def test_gitlab_keeps_secrets_and_its_key_with_or_without_a_registry(made, text, platform, expected) -> None:
    found = paths(made(text, platform=platform))
    assert (SECRETS in found, KEY in found) == expected


@pytest.mark.parametrize(
    ("text", "platform", "registry", "nginx"),
    [
        ("", DEBIAN, "Symlink", "Symlink"),
        ("nginx['enable'] = false", DEBIAN, "Symlink", "Absent"),
        (OFF, DEBIAN, "Absent", "Absent"),
        (OFF, OMNIBUS, "Absent", "Symlink"),
    ],
)
def test_what_is_off_is_not_linked_and_keeps_its_files(made, text, platform, registry, nginx) -> None:
    found = {r.path: type(r).__name__ for r in made(text, platform=platform) if not isinstance(r, Account)}
    assert [found[link] for link in LINKS[:2]] == [registry, nginx]
    assert found.get(LINKS[2]) == (nginx if platform is DEBIAN else None)


def test_nothing_enabled_is_nothing_made(made) -> None:
    assert [r.path for r in made(OFF) if isinstance(r, Absent)] == [VHOST, *LINKS]
    assert all(isinstance(r, Absent) for r in made(OFF))


def test_on_an_omnibus_host_nginx_has_its_directories_beside_a_registry(made) -> None:
    directory = "/var/opt/gitlab/nginx/conf/service_conf"
    assert directory in paths(made("nginx['enable'] = false", platform=OMNIBUS))
    assert directory not in paths(made("nginx['enable'] = false", platform=DEBIAN))


def test_below_a_root_is_everything_but_the_programs(made, tmp_path: Path) -> None:
    found = made(root=Root(tmp_path))
    assert [path for path in paths(found) if not path.startswith(f"{tmp_path}/")] == []
    targets = {r.target for r in found if isinstance(r, Symlink) and not r.target.startswith(f"{tmp_path}/")}
    assert targets == {"/usr/bin/sv"}
    contents = b"\n".join(r.content for r in found if isinstance(r, File)).replace(
        str(tmp_path).encode(), b"<root>"
    )
    assert b" /var/" not in contents
    assert b" /opt/" not in contents
    assert b" /etc/gitlab" not in contents


def test_the_same_settings_make_the_same(made) -> None:
    assert made() == made()


def test_each_path_has_one_spelling(made) -> None:
    found = paths(made("registry['dir'] = '/srv//registry/'\nregistry['log_directory'] = '/srv/logs/'"))
    assert {"/srv/registry", "/srv/registry/config.yml", "/srv/logs", "/srv/logs/config"} <= set(found)


def test_on_an_omnibus_host_without_both_the_virtual_host_goes(made) -> None:
    found = made(f"{OFF}\nnginx['enable'] = false", platform=OMNIBUS)
    assert VHOST in [r.path for r in found if isinstance(r, Absent)]


UNIT = ["/etc/systemd/system/glctl-runsvdir.service"]
WANTED = ["/etc/systemd/system/multi-user.target.wants/glctl-runsvdir.service"]


@pytest.mark.parametrize(
    ("text", "facts", "kinds"),
    [
        ("", {"systemd": True}, (File, Symlink)),
        (OFF, {"systemd": True}, (Absent, Absent)),
        ("", {}, ()),
        ("", {"systemd": True, "privileged": False}, ()),
        ("", {"systemd": True, "root": Root(Path("/srv/box"))}, ()),
        ("", {"systemd": True, "platform": OMNIBUS}, ()),
    ],
)
def test_systemd_starts_the_supervisor_of_a_host_of_glctl_s_own(made, text, facts, kinds) -> None:
    found = [r for r in made(text, **facts) if not isinstance(r, Account) and "systemd" in r.path]
    assert {type(r) for r in found} == set(kinds)
    assert sorted(r.path for r in found) == (UNIT + WANTED if kinds else [])
