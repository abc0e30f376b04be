import pytest

from glctl.doctor.run_script import RunScript, read

OURS = b"""#!/bin/sh
set -e
exec 2>&1
cd /var/opt/gitlab/registry
exec chpst -e /env -P -U reg:reg -u reg:git /usr/bin/docker-registry serve /var/opt/gitlab/registry/config.yml
"""
EDITED = b"""#!/bin/bash
exec 2>&1
# exec chpst -u root registry serve old.yml
ulimit -n 4096
it's not closed
cd "/srv/my registry" || exit 1
exec env FOO=1 /opt/gitlab/embedded/bin/chpst -P -u 'registry' \\
  /opt/registry serve ./other.yml 2>&1
"""


@pytest.mark.parametrize(
    ("script", "directory", "run_as", "config"),
    [
        (OURS, "/var/opt/gitlab/registry", "reg:git", "/var/opt/gitlab/registry/config.yml"),
        (EDITED, "/srv/my registry", "registry", "./other.yml"),
        (b"exec registry serve", "", "", ""),
        (b"exec registry", "", "", ""),
        (b"cd $HOME\nexec chpst -u a registry serve c.yml", "", "a", "c.yml"),
        (b"\xff\xfe", "", "", ""),
        (b"", "", "", ""),
        (None, "", "", ""),
    ],
)
def test_where_a_service_runs_as_whom_and_on_what(
    script: bytes | None, directory: str, run_as: str, config: str
) -> None:
    found = read(script)
    assert (found.directory, found.option("chpst", "-u"), found.after("serve")) == (directory, run_as, config)


def test_an_option_is_that_of_the_program_it_stands_behind() -> None:
    script = read(b"exec chpst -p 100 -e /env /usr/sbin/nginx -e stderr -p /nginx")
    assert script.option("chpst", "-e") == "/env"
    assert script.option("nginx", "-e") == "stderr"
    assert script.option("nginx", "-p") == "/nginx"
    assert script.option("registry", "-p") == ""


@pytest.mark.parametrize(
    ("directory", "written", "path"),
    [("/d", "./c.yml", "/d/c.yml"), ("/d", "/e/c.yml", "/e/c.yml"), ("", "/e/c.yml", "/e/c.yml")],
)
def test_a_path_is_relative_to_where_the_script_changes_to(directory: str, written: str, path: str) -> None:
    assert RunScript(directory).path(written) == path
