import pytest

from glctl.settings.options import registry_nginx
from glctl.settings.options.nginx import OPTIONS

BY_KEY = {option.key: option for option in OPTIONS}


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("nginx.enable", True),
        ("nginx.dir", "/var/opt/gitlab/nginx"),
        ("nginx.log_directory", "/var/log/gitlab/nginx"),
        ("nginx.worker_processes", None),  # one per processor
        ("nginx.worker_connections", 10240),
        ("nginx.keepalive_timeout", 65),
        ("nginx.gzip_enabled", True),
        ("nginx.gzip_comp_level", "2"),
        ("nginx.gzip_proxied", "no-cache no-store private expired auth"),
        ("nginx.proxy_cache_path", "proxy_cache keys_zone=gitlab:10m max_size=1g levels=1:2"),
        ("nginx.status.enable", True),
        ("nginx.status.port", 8060),
        ("nginx.status.vts_enable", True),
        ("nginx.status.listen_addresses", ["*"]),
    ],
)
def test_the_defaults_are_omnibus_s(key: str, default: object) -> None:
    assert BY_KEY[key].default == default


def test_what_concerns_gitlab_s_own_server_is_ignored_here() -> None:
    """``nginx['ssl_ciphers']`` is for GitLab; the registry's is ``registry['nginx']['ssl_ciphers']``."""
    for_the_registry = {option.path[-1] for option in registry_nginx.OPTIONS if not option.ignored}
    both = {f"nginx.{name}" for name in for_the_registry} & BY_KEY.keys()
    assert {key for key in both if not BY_KEY[key].ignored} == {
        "nginx.enable",
        "nginx.dir",
        "nginx.log_directory",
    }


def test_tokens_in_addresses_stay_out_of_the_log() -> None:
    assert "$filtered_request_uri" in BY_KEY["nginx.log_format"].default
    assert "$request_uri" not in BY_KEY["nginx.log_format"].default.replace("$filtered_request_uri", "")
