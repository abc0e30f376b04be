"""Settings that Omnibus has deprecated or removed: one table, and what a gitlab.rb that has them is told.

The versions are those in which Omnibus begins to warn, begins to refuse, and has forgotten the setting: its
list of them is emptied now and then, and what is no longer on it is passed over in silence. Told from the
releases 13.0 to 19.3 of Omnibus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.settings.draft import lookup, place
from glctl.settings.option import ruby_name
from glctl.settings.versions import Version, shown_version
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Path, Settings


@dataclass(frozen=True, slots=True)
class Removal:
    """A setting that goes, and what to do instead; *names* are several keys below *key* with one fate.

    *removed* is None where no version is announced. *only*: the one value that is refused. *kept*: the keys
    of a section that may stay.
    """

    key: str  # dotted
    deprecated: Version
    removed: Version | None
    instead: str
    names: str = ""  # with spaces between
    forgotten: Version | None = None
    only: Any = None
    kept: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The dotted keys of all that it is about."""
        return tuple(f"{self.key}.{name}" for name in self.names.split()) or (self.key,)

    def covers(self, path: Path) -> bool:
        """Whether the setting at *path* is one of those that it is about."""
        for key in self.keys:
            depth = key.count(".") + 1
            kept = path[depth : depth + 1] and path[depth] in self.kept.split()
            if ".".join(path[:depth]) == key and not kept:
                return True
        return False

    def fate(self, version: Version) -> str:
        """What has become of it in *version*, or will: the rest of a sentence. Empty where nothing."""
        if self.removed is not None and version >= self.removed:
            return f"was removed in GitLab {shown_version(self.removed)}"
        if version >= self.deprecated:
            goes = f" and goes in {shown_version(self.removed)}" if self.removed else ""
            return f"is deprecated since GitLab {shown_version(self.deprecated)}{goes}"
        return ""

    def concerns(self, value: Any) -> bool:
        """Whether *value* sets it."""
        if isinstance(value, Mapping) and self.kept:
            value = {key: below for key, below in value.items() if key not in self.kept.split()}
        return value not in (None, {}, []) and (self.only is None or value == self.only)


_OUT = "Take it out: it has no effect."
_OWN_FORM = "{0}['configuration'] takes what {1}'s own configuration file does."
_POOL = "Stores of objects are uploaded to directly: take it out."

REMOVALS = (
    # The registry and nginx
    Removal(
        "registry.default_notifications_threshold",
        (17, 1),
        (23, 0),
        "It is registry['default_notifications_maxretries'] now.",
    ),
    Removal("registry_nginx", (19, 2), None, "Write registry['nginx'] for it."),
    Removal("pages_nginx", (19, 2), None, "Write gitlab_pages['nginx'] for it."),
    Removal("gitlab_kas_nginx", (19, 2), None, "Write gitlab_kas['nginx'] for it."),
    Removal(
        "nginx",
        (19, 2),
        None,
        "Write gitlab_rails['nginx'] for it.",
        names="custom_error_pages default_server_enabled",
    ),
    Removal(
        "nginx.gzip",
        (13, 12),
        (14, 0),
        "nginx['gzip_enabled'] switches compression.",
        forgotten=(18, 1),
    ),
    # GitLab itself
    Removal(
        "git_data_dirs",
        (17, 8),
        (18, 0),
        "gitaly['configuration'] with storage holds the paths of repositories.",
    ),
    Removal(
        "omnibus_gitconfig",
        (16, 10),
        (17, 0),
        "gitaly['configuration'] with git and config holds settings of Git.",
        forgotten=(18, 2),
    ),
    Removal("gitlab_shell.migration", (17, 4), (18, 0), _OUT),
    Removal(
        "gitlab_shell.custom_hooks_dir",
        (14, 3),
        (15, 0),
        "gitaly['configuration'] with hooks holds their directory.",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_shell.http_settings.self_signed_cert",
        (14, 8),
        (15, 0),
        "Put the certificate into /etc/gitlab/trusted-certs instead.",
        forgotten=(18, 1),
    ),
    Removal("actioncable.enable", (14, 5), (15, 0), "Take it out: it is always on.", forgotten=(18, 1)),
    Removal(
        "gitlab_rails",
        (14, 9),
        (15, 0),
        _POOL,
        names="artifacts_object_store_direct_upload artifacts_object_store_background_upload "
        "external_diffs_object_store_direct_upload external_diffs_object_store_background_upload "
        "lfs_object_store_direct_upload lfs_object_store_background_upload "
        "uploads_object_store_direct_upload uploads_object_store_background_upload "
        "packages_object_store_direct_upload packages_object_store_background_upload "
        "dependency_proxy_object_store_direct_upload dependency_proxy_object_store_background_upload",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_rails.object_store.connection",
        (14, 9),
        (15, 0),
        "Use a store that speaks S3.",
        names="openstack_username rackspace_username",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_rails",
        (14, 7),
        (15, 0),
        "Take it out: there is no Pseudonymizer any more.",
        names="pseudonymizer_manifest pseudonymizer_upload_remote_directory "
        "pseudonymizer_upload_connection pseudonymizer_worker_cron",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_rails.extra_piwik_site_id",
        (13, 7),
        (14, 0),
        "It is gitlab_rails['extra_matomo_site_id'] now.",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_rails.extra_piwik_url",
        (13, 7),
        (14, 0),
        "It is gitlab_rails['extra_matomo_url'] now.",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_rails.analytics_instance_statistics_count_job_trigger_worker_cron",
        (13, 10),
        (14, 0),
        "It is gitlab_rails['analytics_usage_trends_count_job_trigger_worker_cron'] now.",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_rails.enable_jemalloc", (15, 5), (15, 5), "Take it out: it is always on.", forgotten=(18, 1)
    ),
    Removal(
        "gitlab_rails.gitlab_default_can_create_group",
        (15, 5),
        (16, 0),
        "Set it in GitLab's Admin area.",
        forgotten=(16, 3),
    ),
    Removal(
        "unicorn",
        (13, 10),
        (14, 0),
        "Puma has taken its place: puma['worker_processes'] and the like.",
        forgotten=(18, 1),
        kept="enable svlogd_prefix",
    ),
    Removal("unicorn.enable", (13, 10), (14, 0), "Puma has taken its place.", forgotten=(18, 1), only=True),
    Removal("sidekiq.cluster", (13, 0), (14, 0), "Take it out: there is no other way.", forgotten=(18, 1)),
    Removal(
        "sidekiq.experimental_queue_selector",
        (13, 6),
        (14, 0),
        "Take it out, and let every process serve every queue.",
        forgotten=(18, 1),
    ),
    Removal(
        "sidekiq_cluster.experimental_queue_selector",
        (13, 6),
        (14, 0),
        "Take it out, and let every process serve every queue.",
        forgotten=(18, 1),
    ),
    Removal(
        "sidekiq",
        (15, 9),
        (17, 0),
        "Take it out; sidekiq['queue_groups'] starts several processes.",
        names="queue_selector negate",
        forgotten=(17, 1),
    ),
    Removal(
        "sidekiq",
        (16, 9),
        (17, 0),
        "sidekiq['concurrency'] sets how many threads there are.",
        names="min_concurrency max_concurrency",
        forgotten=(17, 1),
    ),
    # Pages
    Removal(
        "gitlab_pages.http_proxy",
        (13, 1),
        (14, 0),
        "Set gitlab_pages['env'] with http_proxy instead.",
        forgotten=(18, 1),
    ),
    Removal(
        "gitlab_pages",
        (13, 9),
        (14, 0),
        "Take it out: Pages asks GitLab's API.",
        names="domain_config_source",
        forgotten=(18, 1),
    ),
    Removal("gitlab_pages.use_legacy_storage", (14, 0), (14, 3), _OUT, forgotten=(18, 1)),
    Removal("gitlab_pages.daemon-inplace-chroot", (14, 4), (15, 0), _OUT, forgotten=(18, 1)),
    # Gitaly
    Removal(
        "gitaly.configuration.git",
        (18, 3),
        (19, 0),
        "Take it out: Gitaly has its own git.",
        names="use_bundled_binaries bin_path",
    ),
    Removal(
        "gitaly",
        (15, 10),
        (16, 0),
        _OWN_FORM.format("gitaly", "Gitaly"),
        names="socket_path runtime_dir listen_addr prometheus_listen_addr tls_listen_addr certificate_path "
        "key_path graceful_restart_timeout logging_level logging_format logging_sentry_dsn "
        "logging_sentry_environment log_directory prometheus_grpc_latency_buckets auth_token "
        "auth_transitioning git_catfile_cache_size git_bin_path use_bundled_git gpg_signing_key_path "
        "gitconfig storage custom_hooks_dir daily_maintenance_disabled daily_maintenance_start_hour "
        "daily_maintenance_start_minute daily_maintenance_duration daily_maintenance_storages "
        "cgroups_mountpoint cgroups_hierarchy_root cgroups_memory_bytes cgroups_cpu_shares "
        "cgroups_repositories_count cgroups_repositories_memory_bytes cgroups_repositories_cpu_shares "
        "concurrency rate_limiting pack_objects_cache_enabled pack_objects_cache_dir "
        "pack_objects_cache_max_age",
        forgotten=(18, 1),
    ),
    Removal(
        "gitaly",
        (15, 1),
        (16, 0),
        "gitaly['configuration'] with cgroups holds them.",
        names="cgroups_count cgroups_memory_enabled cgroups_memory_limit cgroups_cpu_enabled",
        forgotten=(18, 1),
    ),
    Removal(
        "gitaly.internal_socket_dir",
        (14, 10),
        (15, 0),
        "gitaly['configuration'] with runtime_dir holds it.",
        forgotten=(18, 1),
    ),
    Removal("gitaly.ruby_rugged_git_config_search_path", (15, 1), (15, 1), _OUT, forgotten=(18, 1)),
    Removal(
        "gitaly",
        (16, 0),
        (17, 0),
        "Take it out: Gitaly needs no Ruby any more.",
        names="logging_ruby_sentry_dsn ruby_max_rss ruby_graceful_restart_timeout ruby_restart_delay "
        "ruby_num_workers",
        forgotten=(18, 1),
    ),
    # Praefect
    Removal(
        "praefect",
        (15, 9),
        (16, 0),
        _OWN_FORM.format("praefect", "Praefect"),
        names="listen_addr socket_path prometheus_listen_addr tls_listen_addr separate_database_metrics "
        "auth_token auth_transitioning logging_format logging_level failover_enabled "
        "background_verification_delete_invalid_records background_verification_verification_interval "
        "reconciliation_scheduling_interval reconciliation_histogram_buckets certificate_path key_path "
        "database_host database_port database_user database_password database_dbname database_sslmode "
        "database_sslcert database_sslkey database_sslrootcert database_direct_host database_direct_port "
        "database_direct_user database_direct_password database_direct_dbname database_direct_sslmode "
        "database_direct_sslcert database_direct_sslkey database_direct_sslrootcert sentry_dsn "
        "sentry_environment prometheus_grpc_latency_buckets graceful_stop_timeout virtual_storages",
        forgotten=(18, 1),
    ),
    Removal(
        "praefect",
        (14, 0),
        (15, 0),
        "praefect['configuration'] with database and session_pooled holds it.",
        names="database_host_no_proxy database_port_no_proxy",
        forgotten=(18, 1),
    ),
    Removal("praefect.failover_read_only_after_failover", (13, 3), (14, 0), _OUT, forgotten=(18, 1)),
    Removal(
        "praefect.failover_election_strategy",
        (13, 12),
        (14, 0),
        "Take it out: each repository has its own primary.",
        forgotten=(18, 1),
        only="sql",
    ),
    Removal(
        "praefect.failover_election_strategy",
        (13, 12),
        (14, 0),
        "Take it out: each repository has its own primary.",
        forgotten=(18, 1),
        only="local",
    ),
    # Databases and their company
    Removal(
        "postgresql.data_dir",
        (11, 6),
        (14, 0),
        "postgresql['dir'] holds the directory above it.",
        forgotten=(18, 1),
    ),
    Removal(
        "redis.client_output_buffer_limit_slave",
        (13, 0),
        (14, 0),
        "It is redis['client_output_buffer_limit_replica'] now.",
        forgotten=(18, 1),
    ),
    Removal("redis_slave_role.enable", (13, 0), (14, 0), "It is redis_replica_role now.", forgotten=(18, 1)),
    Removal("geo_secondary.db_fdw", (13, 3), (14, 0), _OUT, forgotten=(18, 1)),
    Removal(
        "geo_postgresql",
        (13, 3),
        (14, 0),
        _OUT,
        names="fdw_external_user fdw_external_password",
        forgotten=(18, 1),
    ),
    Removal("repmgr", (13, 3), (14, 0), "Patroni has taken its place.", forgotten=(18, 1), kept="enable"),
    Removal("repmgrd", (13, 3), (14, 0), "Patroni has taken its place.", forgotten=(18, 1), kept="enable"),
    Removal("repmgr.enable", (13, 3), (14, 0), "Patroni has taken its place.", forgotten=(18, 1), only=True),
    Removal("repmgrd.enable", (13, 3), (14, 0), "Patroni has taken its place.", forgotten=(18, 1), only=True),
    Removal(
        "consul.configuration",
        (15, 5),
        None,
        "It belongs into consul['configuration']['tls']['defaults'].",
        names="cert_file key_file ca_file ca_path tls_min_version tls_cipher_suites verify_incoming "
        "verify_incoming_rpc verify_incoming_https verify_outgoing verify_server_hostname",
    ),
    Removal("consul.configuration.acl.tokens.master", (15, 5), None, "It is initial_management now."),
    Removal("consul.configuration.acl.tokens.agent_master", (15, 5), None, "It is agent_recovery now."),
    # Services that came with Omnibus
    Removal(
        "grafana.enable",
        (16, 0),
        (16, 3),
        "Run Grafana on its own, and take it out here.",
        forgotten=(17, 2),
        only=True,
    ),
    Removal("spamcheck", (19, 0), (19, 0), "Run Spamcheck on its own, and take it out here."),
    Removal(
        "mattermost.enable", (19, 0), (19, 0), "Run Mattermost on its own, and take it out here.", only=True
    ),
    Removal(
        "mattermost",
        (19, 0),
        (19, 0),
        "Run Mattermost on its own, and take it out here.",
        forgotten=(19, 3),
        kept="enable",
    ),
    Removal("mattermost_external_url", (19, 0), (20, 0), "gitlab_rails['mattermost_host'] names its host."),
    Removal("gitlab_exporter.server_name", (19, 3), (20, 0), _OUT),
)
_THRESHOLD = Removal("registry.notifications", (17, 1), (23, 0), "It is maxretries now.")


def removal_of(path: Path, version: Version) -> Removal | None:
    """What has become of the setting at *path* in *version*, or is about to; None where nothing."""
    return next((each for each in REMOVALS if each.covers(path) and each.fate(version)), None)


def removed(settings: Settings, version: Version) -> Iterator[Diagnostic]:
    """What gitlab.rb sets that Omnibus *version* has given up, or is about to."""
    for removal in REMOVALS:
        if removal.key.partition(".")[0] not in settings.values:
            continue  # most of them: this runs at each start of glctl
        for key in removal.keys:
            path = tuple(key.split("."))
            if removal.concerns(lookup(settings.values, path)):
                yield from _told(ruby_name(key), removal, version, settings, *path)
    endpoints = settings.get("registry", "notifications")
    if any(isinstance(each, Mapping) and "threshold" in each for each in _items(endpoints)):
        yield from _told(
            "The threshold of an endpoint", _THRESHOLD, version, settings, "registry", "notifications"
        )


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _told(
    name: str, removal: Removal, version: Version, settings: Settings, *path: str
) -> Iterator[Diagnostic]:
    fate, span = removal.fate(version), place(settings, path)
    if removal.forgotten is not None and version >= removal.forgotten:
        message = f"{name} {fate}: it has no effect."
        yield Diagnostic("without-effect", "warning", message, removal.instead, span)
    elif removal.removed is not None and version >= removal.removed:
        yield Diagnostic("removed-setting", "error", f"{name} {fate}.", removal.instead, span)
    elif fate:
        yield Diagnostic("deprecated-setting", "warning", f"{name} {fate}.", removal.instead, span)
