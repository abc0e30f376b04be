from glctl.settings.options.registry import OPTIONS

DEFAULTS = {option.path[-1]: option.default for option in OPTIONS if option.default is not None}


def test_the_defaults_are_omnibus_s() -> None:
    assert DEFAULTS == {
        "enable": False,
        "username": "registry",
        "group": "registry",
        "shell": "/usr/sbin/nologin",
        "dir": "/var/opt/gitlab/registry",
        "log_directory": "/var/log/gitlab/registry",
        "env_directory": "/opt/gitlab/etc/registry/env",
        "env": {"GODEBUG": "tlsmlkem=0"},
        "log_level": "info",
        "log_formatter": "text",
        "registry_http_addr": "127.0.0.1:5000",
        "http_draintimeout": 0,
        "health_storagedriver_enabled": True,
        "autoredirect": False,
        "validation_enabled": False,
        "compatibility_schema1_enabled": False,
        "storage_delete_enabled": True,
        "default_notifications_timeout": "500ms",
        "default_notifications_maxretries": 5,
        "default_notifications_backoff": "1s",
        "default_notifications_headers": {},
        "database": {},
        "auto_migrate": True,
        "redis": {"loadbalancing": {"enabled": False}, "cache": {"enabled": False}},
    }


def test_keys_and_what_is_written_as_yaml_may_have_several_lines() -> None:
    assert {option.path[-1] for option in OPTIONS if option.lines} == {
        *("http_secret", "internal_key", "internal_certificate", "env"),
        *("storage", "middleware", "notifications", "default_notifications_headers"),
        *("database", "redis", "gc", "reporting"),
    }


def test_gitlab_names_the_issuer() -> None:
    assert [option.path[-1] for option in OPTIONS if option.ignored and not option.foreign] == [
        "registry_issuer",
        "default_notifications_threshold",
    ]
