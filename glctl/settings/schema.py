"""The schema: one Option per setting that glctl reads, and the names that gitlab.rb may assign."""

from __future__ import annotations

from glctl.gitlabrb.model import Names
from glctl.settings.options import gitlab, logrotate, nginx, registry, registry_nginx

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

# What glctl makes something of; other names are settings of services that it does not run.
READ_NAMES = ROLES | frozenset(
    """
    roles
    external_url registry_external_url registry registry_nginx nginx logging logrotate gitlab_rails user
    web_server manage_accounts manage_storage_directories package high_availability postgresql letsencrypt
    """.split()
)
