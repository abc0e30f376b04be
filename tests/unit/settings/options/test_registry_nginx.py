from glctl.settings.options.registry_nginx import CIPHERS, OPTIONS

DEFAULTS = {option.path[-1]: option.default for option in OPTIONS if option.default is not None}


def test_the_defaults_are_omnibus_s() -> None:
    assert DEFAULTS == {
        "enable": True,
        "https": False,
        "listen_addresses": ["*"],
        "dir": "/var/opt/gitlab/nginx",
        "log_directory": "/var/log/gitlab/nginx",
        "error_log_level": "error",
        "ssl_verify_depth": 1,
        "ssl_ciphers": CIPHERS,
        "ssl_protocols": "TLSv1.2 TLSv1.3",
        "ssl_prefer_server_ciphers": "off",
        "ssl_session_cache": "shared:SSL:10m",
        "ssl_session_tickets": "off",
        "ssl_session_timeout": "1d",
        "http2_enabled": False,
        "redirect_http_to_https": False,
        "redirect_http_to_https_port": 80,
        "hsts_max_age": 63072000,
        "hsts_include_subdomains": False,
        "proxy_protocol": False,
        "proxy_set_headers": {},
        "real_ip_trusted_addresses": [],
    }


def test_every_suite_keeps_past_sessions_secret() -> None:
    """Only suites with an ephemeral key exchange and authenticated encryption."""
    suites = CIPHERS.split(":")
    assert len(set(suites)) == 8
    assert all(suite.startswith(("ECDHE-", "DHE-")) for suite in suites)
    assert all("GCM" in suite or "POLY1305" in suite for suite in suites)


def test_what_omnibus_does_not_read_is_ignored() -> None:
    ignored = {option.path[-1] for option in OPTIONS if option.ignored}
    assert {"client_max_body_size", "proxy_read_timeout", "gzip_enabled", "referrer_policy"} < ignored
