import os
from pathlib import Path

import pytest

from glctl.errors import UsageError
from glctl.logs.sources import LogSource, files_in, find_sources, log_directory, prefix_in, service_of
from glctl.paths import Root

OMNIBUS_RUN = """#!/bin/sh
exec chpst -P \\
  -U root:root \\
  -u root:root \\
  svlogd -tt /var/log/elsewhere/registry
"""


def label(number: int, suffix: str) -> str:
    return f"@400000006b0510{number:02x}0755579c.{suffix}"


def test_without_names_every_known_service_has_its_sources(tmp_path: Path) -> None:
    sources = find_sources(Root(tmp_path))
    logs = tmp_path / "var/log/gitlab"
    assert [(source.name, source.path) for source in sources] == [
        ("registry", logs / "registry/current"),
        ("nginx", logs / "nginx/current"),
        ("nginx/access", logs / "nginx/access.log"),
        ("nginx/error", logs / "nginx/error.log"),
        ("nginx/registry_access", logs / "nginx/gitlab_registry_access.log"),
        ("nginx/registry_error", logs / "nginx/gitlab_registry_error.log"),
        ("logrotate", logs / "logrotate/current"),
    ]


def test_an_unknown_service_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as error:
        find_sources(Root(), ["redis"])
    assert "'redis'" in error.value.message
    assert error.value.hint == "Known: registry, nginx, logrotate, gitlab-rails."


@pytest.mark.parametrize(
    ("run", "directory"),
    [
        (OMNIBUS_RUN, "/var/log/elsewhere/registry"),
        ("#!/bin/sh\nexec svlogd '/var/log/my logs'\n", "/var/log/my logs"),
        ("#!/bin/sh\n# svlogd -tt /nowhere\nexec /usr/bin/svlogd -tt /srv/log\n", "/srv/log"),
        ("#!/bin/sh\nexec svlogd -tt ./main\n", "/var/log/gitlab/registry"),
        ("#!/bin/sh\nexec svlogd -tt 'unfinished\n", "/var/log/gitlab/registry"),
        ("#!/bin/sh\nexec cat\n", "/var/log/gitlab/registry"),
        (None, "/var/log/gitlab/registry"),
    ],
)
def test_the_log_directory_is_what_svlogd_is_started_with(
    tmp_path: Path, run: str | None, directory: str
) -> None:
    script = tmp_path / "opt/gitlab/sv/registry/log/run"
    script.parent.mkdir(parents=True)
    if run is not None:
        script.write_text(run)
    assert log_directory(Root(tmp_path), "registry") == tmp_path / directory.lstrip("/")


def test_svlogds_archives_come_oldest_first_and_each_once(tmp_path: Path) -> None:
    names = [label(3, "u"), label(1, "s"), label(2, "s"), label(2, "u"), label(4, "t")]
    for name in [*names, "current", "lock", "state", "config", "@abc.s"]:
        (tmp_path / name).touch()
    archives = LogSource("registry", tmp_path / "current").archives()
    assert [path.name for path in archives] == [label(1, "s"), label(2, "s"), label(3, "u")]


def test_logrotates_archives_come_oldest_first(tmp_path: Path) -> None:
    for name in (
        "error.log",
        "error.log.1",
        "error.log.2.gz",
        "error.log.10.gz",
        "xerror.log.3",
        "error.log.x",
    ):
        (tmp_path / name).touch()
    archives = LogSource("nginx", tmp_path / "error.log").archives()
    assert [path.name for path in archives] == ["error.log.10.gz", "error.log.2.gz", "error.log.1"]


def test_archives_named_by_their_date_come_in_the_order_of_their_last_lines(tmp_path: Path) -> None:
    dated = ["error.log-31-12-2026.gz", "error.log-01-01-2027.gz", "error.log-02-01-2027"]  # '-%d-%m-%Y'
    for at, name in enumerate(dated):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "error.log-old").touch()
    archives = LogSource("nginx", tmp_path / "error.log").archives()
    assert [path.name for path in archives] == dated


def test_a_source_exists_by_its_live_file_or_an_archive(tmp_path: Path) -> None:
    source = LogSource("registry", tmp_path / "logs/current")
    assert not source.exists
    source.path.parent.mkdir()
    assert not source.exists
    archive = source.path.with_name(label(1, "s"))
    archive.touch()
    assert source.exists
    archive.unlink()
    source.path.touch()
    assert source.exists


def test_the_logs_of_a_directory_and_of_services_below_it_are_found_oldest_first(tmp_path: Path) -> None:
    names = [f"registry/{label(1, 's')}", f"registry/{label(2, 'u')}", "registry/current"]
    names += ["nginx/error.log.1.gz", "nginx/error.log", "postgresql/current", "registry/lock"]
    for at, name in enumerate(names):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (at, at))
    found = [str(path.relative_to(tmp_path)) for path in files_in(tmp_path)]
    assert found == ["nginx/error.log.1.gz", "nginx/error.log", *names[:3]]
    assert files_in(tmp_path / "registry") == [tmp_path / name for name in names[:3]]


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/var/log/gitlab/nginx/error.log", "nginx"),
        ("/tmp/gitlab-rails/production.log", "gitlab-rails"),
        ("/tmp/x.log", "registry"),
    ],
)
def test_a_file_belongs_to_the_service_in_its_path(path: str, service: str) -> None:
    assert service_of(Path(path)) == service


@pytest.mark.parametrize(
    ("config", "prefix"),
    [
        (b"s209715200\nn30\npbox registry: \n!gzip\n", b"box registry: "),
        (b"s1\n", b""),
        (b"pone\nptwo\n", b"two"),
        (None, b""),
    ],
)
def test_the_prefix_is_that_of_svlogd_s_config_file(
    tmp_path: Path, config: bytes | None, prefix: bytes
) -> None:
    directory = tmp_path / "var/log/gitlab/nginx"
    directory.mkdir(parents=True)
    if config is not None:
        (directory / "config").write_bytes(config)
    current, error, *_ = find_sources(Root(tmp_path), ["nginx"])
    assert (current.prefix, error.prefix) == (prefix, b"")
    assert prefix_in(directory / label(1, "s")) == prefix
    stamp = b"2026-11-24_03:59:14.64174 "
    assert current.plain(stamp + prefix + b"x") == stamp + b"x"
    assert current.plain(prefix + b"x") == b"x"
    assert current.plain(stamp + b"before it was set") == stamp + b"before it was set"


def test_a_gz_beside_what_it_is_made_from_is_not_finished(tmp_path: Path) -> None:
    for name in ("error.log", "error.log.1", "error.log.2", "error.log.2.gz", "error.log.3.gz"):
        (tmp_path / name).touch()
    archives = LogSource("nginx", tmp_path / "error.log").archives()
    assert [path.name for path in archives] == ["error.log.3.gz", "error.log.2", "error.log.1"]
