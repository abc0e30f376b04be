from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from glctl.paths import Root
from glctl.render.resources import Absent, Directory, File, Notify, Symlink
from glctl.render.runit import (
    log_directory,
    logrotate_service,
    nginx_service,
    no_service_link,
    registry_service,
    service_link,
    svlogd_config,
)
from glctl.settings.platform import DEBIAN, OMNIBUS

ACCOUNTS = {
    "users": frozenset({"registry", "gitlab-www"}),
    "groups": frozenset({"registry", "gitlab-www"}),
}
SERVICES = {"registry": registry_service, "nginx": nginx_service, "logrotate": logrotate_service}


@pytest.fixture
def script(configure):
    """A run script of a service, without the comment that says what made it."""

    def lines(service, text="", name="run", **facts) -> list[str]:
        configuration = configure(text, **facts)
        made = SERVICES[service](configuration.effective, configuration.host)
        root = configuration.host.root
        (file,) = [
            r
            for r in made
            if isinstance(r, File) and r.path == root.relocate(f"/opt/gitlab/sv/{service}/{name}")
        ]
        first, comment, *rest = file.content.decode().splitlines()
        assert (first, comment, file.mode) == ("#!/bin/sh", "# Made by glctl from gitlab.rb.", 0o755)
        return [line for line in rest if line]

    return lines


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_directory_has_all_that_runit_looks_for(configure, service) -> None:
    configuration = configure()
    sv, logs = f"/opt/gitlab/sv/{service}", f"/var/log/gitlab/{service}"
    found = list(SERVICES[service](configuration.effective, configuration.host))
    log = log_directory(service, configuration.effective)
    assert [replace(r, content=b"") if isinstance(r, File) else r for r in found] == [
        *([log] if service != "nginx" else []),  # nginx's is its own Resource's
        Directory(sv),
        Directory(f"{sv}/control"),
        Directory(f"{sv}/env"),
        Directory(f"{sv}/log"),
        Directory(f"{sv}/log/main"),
        File(f"{sv}/run", b"", 0o755, notifies=(Notify(service, "restart"),)),
        File(f"{sv}/finish", b"", 0o755),
        File(f"{sv}/log/run", b"", 0o755, notifies=(Notify(f"{service}/log", "restart"),)),
        File(f"{sv}/log/config", b"", notifies=(Notify(f"{service}/log", "reload"),)),
        Symlink(f"{logs}/config", f"{sv}/log/config"),
        Symlink(f"/opt/gitlab/init/{service}", "/usr/bin/sv"),
    ]


@pytest.mark.parametrize(
    ("formatter", "args", "said"),
    [
        ("text", ["-1", "9"], "runsv: registry was ended by signal 9 (KILL)\n"),
        ("text", ["-1", "11"], "runsv: registry was ended by signal 11 (SEGV)\n"),
        ("text", ["-1", "15"], ""),
        ("text", ["2", "0"], ""),
        ("json", ["-1", "9"], "runsv: registry was ended by signal 9 (KILL)"),
    ],
)
def test_what_finish_says_of_a_signal(configure, formatter, args, said) -> None:
    configuration = configure(f"registry['log_formatter'] = '{formatter}'")
    made = registry_service(configuration.effective, configuration.host)
    script = next(each.content for each in made if isinstance(each, File) and each.path.endswith("/finish"))
    done = subprocess.run(["/bin/sh", "-s", "--", *args], input=script, capture_output=True, check=True)
    out = done.stdout.decode()
    if formatter == "json":
        line = json.loads(out)
        assert (line["level"], line["msg"]) == ("error", said)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"])
    else:
        assert (out, done.stderr) == (said, b"")


def test_an_omnibus_host_has_no_finish(configure) -> None:
    configuration = configure()
    host = replace(configuration.host, platform=OMNIBUS)
    made = registry_service(configuration.effective, host)
    assert not [each for each in made if isinstance(each, File) and each.path.endswith("/finish")]


ENV = "/opt/gitlab/etc/registry/env"
OWN = "registry['username'] = 'me'\nregistry['group'] = 'us'\nregistry['env_directory'] = '/srv/my env'"


@pytest.mark.parametrize(
    ("text", "facts", "chpst", "program"),
    [
        (
            "",
            {},
            f"/usr/bin/chpst -e {ENV} -P -U registry:registry -u registry:registry",
            "/usr/bin/docker-registry",
        ),
        (
            OWN,
            {"platform": OMNIBUS},
            "/opt/gitlab/embedded/bin/chpst -e '/srv/my env' -P -U me:us -u me:us",
            "/opt/gitlab/embedded/bin/registry",
        ),
        ("", {"privileged": False, **ACCOUNTS}, f"/usr/bin/chpst -e {ENV} -P", "/usr/bin/docker-registry"),
    ],
)
def test_the_registry_runs_as_its_account_with_its_environment(script, text, facts, chpst, program) -> None:
    command = f"exec {chpst} {program} serve /var/opt/gitlab/registry/config.yml"
    assert script("registry", text, **facts) == [
        "set -e",
        "exec 2>&1",
        "cd /var/opt/gitlab/registry",
        command,
    ]


@pytest.mark.parametrize(
    ("facts", "as_registry"),
    [({"root": Root(Path("/srv/box"))}, False), ({"root": Root(Path("/srv/box")), **ACCOUNTS}, True)],
)
def test_in_a_sandbox_it_runs_as_an_account_that_there_is(script, facts, as_registry) -> None:
    *_, command = script("registry", **facts)
    assert ("-u registry:registry" in command) is as_registry
    assert command.endswith("serve /srv/box/var/opt/gitlab/registry/config.yml")


@pytest.mark.parametrize(
    ("platform", "command"),
    [
        (
            DEBIAN,
            "exec /usr/bin/chpst -P /usr/sbin/nginx -e stderr -p /srv/n -c /srv/n/conf/nginx.conf",
        ),
        (OMNIBUS, "exec /opt/gitlab/embedded/bin/chpst -P /opt/gitlab/embedded/sbin/nginx -p /srv/n"),
    ],
)
def test_nginx_stays_in_its_own_directory(script, platform, command) -> None:
    assert script("nginx", "nginx['dir'] = '/srv/n'", platform=platform) == [
        "exec 2>&1",
        "cd /srv/n",
        command,
    ]


@pytest.mark.parametrize(
    ("value", "paths"), [("'/srv/a'", ["/srv/a"]), ("['/srv/a', '/srv/b']", ["/srv/a", "/srv/b"])]
)
def test_nginx_waits_for_what_must_be_mounted(script, value, paths) -> None:
    _, *tests, _, _ = script("nginx", f"high_availability['mountpoint'] = {value}")
    assert tests == [
        f"mountpoint -q {path} || {{ echo '{path} is not mounted: nginx does not start'; exit 1; }}"
        for path in paths
    ]


@pytest.mark.parametrize(
    ("service", "text", "facts", "command"),
    [
        ("registry", "", {}, "-P -U root:root -u root:root /usr/bin/svlogd -tt /var/log/gitlab/registry"),
        ("nginx", "", {}, "-P -U root:root -u root:root /usr/bin/svlogd -tt /var/log/gitlab/nginx"),
        # A stamp before it would break each line of JSON.
        (
            "registry",
            "registry['log_formatter'] = 'json'",
            {},
            "-P -U root:root -u root:root /usr/bin/svlogd /var/log/gitlab/registry",
        ),
        (
            "registry",
            "logging['log_group'] = 'adm'",
            {},
            "-P -U root:adm -u root:adm /usr/bin/svlogd -tt /var/log/gitlab/registry",
        ),
        ("registry", "", {"privileged": False}, "-P /usr/bin/svlogd -tt /var/log/gitlab/registry"),
    ],
)
def test_logs_are_stamped_and_kept(script, service, text, facts, command) -> None:
    assert script(service, text, "log/run", **facts) == [f"exec /usr/bin/chpst {command}"]


@pytest.mark.parametrize(
    ("text", "registry", "nginx"),
    [
        ("", (0o700, "registry", "root"), (0o750, "root", "gitlab-www")),
        ("registry['log_group'] = 'adm'", (0o750, "registry", "adm"), (0o750, "root", "gitlab-www")),
        ("logging['log_group'] = 'adm'", (0o750, "registry", "adm"), (0o750, "root", "adm")),
        ("web_server['group'] = 'www'", (0o700, "registry", "root"), (0o750, "root", "www")),
    ],
)
def test_logs_are_for_the_owner_unless_a_group_is_to_read_them(configure, text, registry, nginx) -> None:
    effective = configure(text).effective
    assert log_directory("registry", effective) == Directory("/var/log/gitlab/registry", *registry)
    assert log_directory("nginx", effective) == Directory("/var/log/gitlab/nginx", *nginx)


DEFAULT = ["s209715200", "n30", "t86400", "!gzip"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", DEFAULT),
        ("registry['svlogd_filter'] = false", DEFAULT[:3]),
        ("registry['svlogd_filter'] = nil", DEFAULT),
        ("registry['svlogd_size'] = false\nregistry['svlogd_num'] = '5'", ["n5", "t86400", "!gzip"]),
        (
            "registry['svlogd_udp'] = '10.0.0.1:514'\nlogging['svlogd_prefix'] = 'r '",
            [*DEFAULT, "u10.0.0.1:514", "pr "],
        ),
    ],
)
def test_svlogd_is_told_when_to_rotate_and_what_to_keep(configure, text, lines) -> None:
    assert list(svlogd_config("registry", configure(text).effective)) == lines


def test_a_link_enables_a_service(configure) -> None:
    host = configure(root=Root(Path("/srv/box"))).host
    link, directory = "/srv/box/opt/gitlab/service/nginx", "/srv/box/opt/gitlab/sv/nginx"
    assert service_link("nginx", host) == Symlink(link, directory)
    assert no_service_link("nginx", host) == Absent(link)


@pytest.mark.parametrize(("platform", "waits"), [(OMNIBUS, True), (DEBIAN, False)])
def test_nginx_waits_for_who_starts_it_on_an_omnibus_host(configure, platform, waits) -> None:
    configuration = configure("nginx['ha'] = true", platform=platform)
    made = [r.path for r in nginx_service(configuration.effective, configuration.host)]
    assert ("/opt/gitlab/sv/nginx/down" in made) is waits
