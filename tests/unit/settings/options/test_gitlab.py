from glctl.settings.options.gitlab import OPTIONS

DEFAULTS = {option.key: option.default for option in OPTIONS if option.default is not None}
IGNORED = {option.key for option in OPTIONS if option.ignored}


def test_the_defaults_are_omnibus_s() -> None:
    assert DEFAULTS == {
        "gitlab_rails.registry_enabled": False,
        "gitlab_rails.shared_path": "/var/opt/gitlab/gitlab-rails/shared",
        "gitlab_rails.registry_key_path": "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
        "gitlab_rails.registry_issuer": "omnibus-gitlab-issuer",
        "user.username": "git",
        "user.group": "git",
        "web_server.username": "gitlab-www",
        "web_server.group": "gitlab-www",
        "web_server.shell": "/bin/false",
        "web_server.home": "/var/opt/gitlab/nginx",
        "manage_accounts.enable": True,
        "manage_storage_directories.enable": True,
        "package.generate_default_secrets": True,
        "package.generate_secrets_json_file": True,
        "logging.svlogd_size": 209715200,
        "logging.svlogd_num": 30,
        "logging.svlogd_timeout": 86400,
        "logging.svlogd_filter": "gzip",
        "logging.logrotate_frequency": "daily",
        "logging.logrotate_rotate": 30,
        "logging.logrotate_compress": "compress",
        "postgresql.enable": True,
        "postgresql.port": 5432,
        "postgresql.dir": "/var/opt/gitlab/postgresql",
    }


def test_only_one_of_them_has_no_effect() -> None:
    assert {"logging.udp_log_shipping_hostname"} == IGNORED
