from __future__ import annotations

import pytest

from glctl.paths import Root
from glctl.render.logrotate import logrotate_resources
from glctl.render.quoting import UnquotableError
from glctl.render.resources import Directory, File

HOME = "/var/opt/gitlab/logrotate"
USUAL = ["daily", "rotate 30", "compress", "delaycompress", "nocreate", "missingok", "sharedscripts"]
REOPEN = "/usr/bin/sv 1 /opt/gitlab/sv/nginx"
SCRIPT = ["sharedscripts", "postrotate", "sync", "endscript"]


@pytest.fixture
def made(configure):
    def of(text="", **facts):
        configuration = configure(text, **facts)
        return list(logrotate_resources(configuration.effective, configuration.host))

    return of


@pytest.fixture
def rotation(made):
    """The pattern of files and the directives of the rotation of nginx's files."""

    def of(text="", **facts) -> tuple[list[str], list[str]]:
        lines = made(text, **facts)[-1].content.decode().splitlines()
        start = lines.index("{")
        assert lines[-1] == "}"
        return lines[1:start], [line.strip() for line in lines[start + 1 : -1]]

    return of


def test_only_root_reads_what_it_is_to_do(made) -> None:
    found = made()
    assert [(r.path, r.mode) for r in found] == [
        (HOME, 0o700),
        (f"{HOME}/logrotate.d", 0o700),
        (f"{HOME}/logrotate.conf", 0o644),
        (f"{HOME}/logrotate.d/nginx", 0o644),
    ]
    assert [type(r) for r in found] == [Directory, Directory, File, File]
    assert not any(r.notifies for r in found)  # it reads them at each look
    assert found[2].content.decode().splitlines()[1:] == ["include logrotate.d/nginx"]


def test_nginx_is_told_to_open_new_files(rotation) -> None:
    files, directives = rotation()
    assert files == ['"/var/log/gitlab/nginx/*.log"']
    assert directives == [*USUAL, "postrotate", REOPEN, "endscript"]


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("method'] = 'copytruncate'", ["daily", "rotate 30", "compress", "copytruncate", "missingok"]),
        (
            "compress'] = 'nocompress'",
            [*USUAL[:2], "nocompress", *USUAL[4:], "postrotate", REOPEN, "endscript"],
        ),
        ("compress'] = false", [*USUAL[:2], *USUAL[4:], "postrotate", REOPEN, "endscript"]),
        (
            "size'] = '10M'\nlogging['logrotate_maxsize'] = 1024\nlogging['logrotate_rotate'] = 3",
            ["daily", "size 10M", "maxsize 1024", "rotate 3", *USUAL[2:], "postrotate", REOPEN, "endscript"],
        ),
        (
            "dateformat'] = '-%Y%m%d'",
            [*USUAL[:2], "dateext", "dateformat -%Y%m%d", *USUAL[2:], "postrotate", REOPEN, "endscript"],
        ),
        (
            "postrotate'] = \"touch '/a b' && sync\"",
            [*USUAL, "postrotate", REOPEN, "touch '/a b' && sync", "endscript"],
        ),
        (
            "postrotate'] = 'sync'\nlogging['logrotate_method'] = 'copytruncate'",
            ["daily", "rotate 30", "compress", "copytruncate", "missingok", *SCRIPT],
        ),
    ],
)
def test_what_gitlab_rb_says_of_it(rotation, text, directives) -> None:
    assert rotation(f"logging['logrotate_{text}")[1] == directives


def test_the_virtual_host_s_own_log_directory_is_rotated_too(rotation) -> None:
    files, _ = rotation("registry['nginx']['log_directory'] = '/srv/logs'")
    assert files == ['"/var/log/gitlab/nginx/*.log"', '"/srv/logs/*.log"']


def test_a_directory_is_named_whatever_it_is_called(rotation) -> None:
    files, directives = rotation(root=Root('/it\'s a "root" [x]'))
    assert files == ['"/it\'s a \\"root\\" \\[x]/var/log/gitlab/nginx/*.log"']
    assert directives[-2] == "/usr/bin/sv 1 '/it'\"'\"'s a \"root\" [x]/opt/gitlab/sv/nginx'"


@pytest.mark.parametrize(
    "text",
    ["method'] = 'create } {'", "dateformat'] = '\"'", "postrotate'] = 'endscript'", "postrotate'] = \"'\""],
)
def test_what_would_mean_something_else_is_refused(made, text) -> None:
    with pytest.raises(UnquotableError):
        made(f"logging['logrotate_{text}")
