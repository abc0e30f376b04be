"""The schema: one Option per setting that glctl reads, and the names that gitlab.rb may assign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb.model import Names
from glctl.settings.options import gitlab, logrotate, nginx, registry, registry_nginx
from glctl.settings.versions import shown_version

if TYPE_CHECKING:
    from glctl.settings.versions import Version

# Every Option by its key, in the order of gitlab.rb.example.
OPTIONS = {
    option.key: option
    for table in (gitlab.OPTIONS, registry.OPTIONS, registry_nginx.OPTIONS, nginx.OPTIONS, logrotate.OPTIONS)
    for option in table
}

# Below these every key is known, so that a typo can be told.
COMPLETE_SECTIONS = ("registry", "registry.nginx", "nginx", "nginx.status", "logging", "logrotate")

# Top-level names of Omnibus 19.3: those that take one value, and those that take keys.
_VALUES = """
    external_url registry_external_url mattermost_external_url pages_external_url gitlab_kas_external_url
    roles runtime_dir git_data_dir
"""
_ROLES = """
    application backup consul geo_primary geo_secondary gitaly monitoring pages patroni pgbouncer postgres
    redis_master redis_replica redis_sentinel sidekiq
"""
ROLES = frozenset(f"{role}_role" for role in _ROLES.split())
_HASHES = """
    actioncable alertmanager bootstrap consul crond geo_logcursor geo_postgresql geo_secondary git_data_dirs
    gitaly gitaly_client gitlab_backup_cli gitlab_ci gitlab_exporter gitlab_kas gitlab_kas_nginx gitlab_pages
    gitlab_rails gitlab_shell gitlab_sshd gitlab_workhorse high_availability letsencrypt logging logrotate
    mailroom manage_accounts manage_storage_directories mattermost mattermost_nginx nginx node_exporter oak
    package pages_nginx patroni pgbouncer pgbouncer_exporter postgres_exporter postgresql praefect prometheus
    prometheus_monitoring puma redis redis_exporter registry registry_nginx remote_syslog repmgr repmgrd
    sentinel sidekiq spamcheck storage_check unicorn user web_server
"""
NAMES = Names(
    values=frozenset(_VALUES.split()),
    hashes=frozenset(_HASHES.split()) | ROLES,
)

# Names that other versions know: the first with them, the first without them.
_SINCE: dict[str, Version] = {
    "patroni": (13, 1),
    "gitlab_kas": (13, 5),
    "pages_role": (13, 6),
    "patroni_role": (13, 8),
    "sidekiq_role": (14, 1),
    "spamcheck": (14, 8),
    "gitlab_sshd": (15, 9),
    "gitlab_kas_external_url": (15, 10),
    "gitlab_kas_nginx": (15, 10),
    "gitlab_backup_cli": (17, 2),
    "gitaly_role": (17, 6),
    "gitaly_client": (18, 10),
    "backup_role": (18, 11),
    "oak": (18, 11),
}
_UNTIL: dict[str, Version] = {
    "gitlab_monitor": (13, 0),
    "redis_slave_role": (14, 0),
    "sidekiq_cluster": (14, 0),
    "grafana": (17, 1),
    "omnibus_gitconfig": (18, 2),
    "suggested_reviewers": (18, 9),
    "spamcheck_role": (19, 0),
}


def names_of(version: Version) -> Names:
    """The top-level names that Omnibus *version* knows, and those that only others do."""
    too_new = {name: first for name, first in _SINCE.items() if version < first}
    gone = {name: end for name, end in _UNTIL.items() if version >= end}
    return Names(
        values=NAMES.values - too_new.keys(),
        hashes=(NAMES.hashes | (_UNTIL.keys() - gone.keys())) - too_new.keys(),
        others={name: f"was removed in GitLab {shown_version(end)}" for name, end in gone.items()}
        | {name: f"comes with GitLab {shown_version(first)}" for name, first in too_new.items()},
    )


# What glctl makes something of; other names are settings of services that it does not run.
READ_NAMES = ROLES | frozenset(
    """
    roles
    external_url registry_external_url registry registry_nginx nginx logging logrotate gitlab_rails user
    web_server manage_accounts manage_storage_directories package high_availability postgresql letsencrypt
    """.split()
)
