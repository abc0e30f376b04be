import pytest

from glctl.settings.platform import DEBIAN, OMNIBUS

URL = "registry_external_url"


def origin(configuration, key: str) -> tuple[object, str]:
    """A value, and where it comes from."""
    return configuration.effective[key], str(configuration.effective.origin(key))


@pytest.mark.parametrize(
    ("platform", "text", "found"),
    [
        (OMNIBUS, "", (True, "derived (this is an Omnibus host)")),
        (OMNIBUS, "gitlab_rails['enable'] = false", (False, "gitlab.rb:1:1")),
        (DEBIAN, "", (False, "derived (GitLab itself does not run on this kind of host)")),
        (
            DEBIAN,
            "gitlab_rails['enable'] = true",
            (False, "derived (GitLab itself does not run on this kind of host)"),
        ),
    ],
)
def test_gitlab_runs_on_omnibus_hosts_alone(configure, platform, text, found) -> None:
    assert origin(configure(text, platform=platform), "gitlab_rails.enable") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{URL} 'https://r.example.com'", (True, f"derived from {URL}")),
        (f"{URL} 'https://r.example.com'\nregistry['enable'] = false", (False, "gitlab.rb:2:1")),
        (f"{URL} 'https://r.example.com'\nregistry['enable'] = nil", (True, f"derived from {URL}")),
        (f"{URL} false", (False, "default")),
        (f"{URL} nil", (False, "default")),
        ("registry['enable'] = true", (True, "gitlab.rb:1:1")),
        ("", (False, "default")),
    ],
)
def test_an_address_enables_the_registry(configure, text, found) -> None:
    assert origin(configure(text, url=None), "registry.enable") == found


def test_without_the_registry_nginx_stays_off_where_gitlab_is_not(configure) -> None:
    why = "derived from registry.enable (without the registry it serves nothing)"
    assert origin(configure("nginx['enable'] = true", url=None), "nginx.enable") == (False, why)
    assert origin(configure(url=None, platform=OMNIBUS), "nginx.enable") == (True, "default")


@pytest.mark.parametrize(
    ("url", "host", "listen", "port"),
    [
        ("https://r.example.com", "r.example.com", 443, None),
        ("http://r.example.com/", "r.example.com", 80, None),
        ("http://r.example.com:443", "r.example.com", 443, None),
        ("https://r.example.com:5050", "r.example.com", 5050, 5050),
        ("https://[2001:db8::1]:5050", "[2001:db8::1]", 5050, 5050),
        ("https://me:pw@R.example.com?a#b", "R.example.com", 443, None),
    ],
)
def test_the_address_says_where_gitlab_and_clients_go(configure, url, host, listen, port) -> None:
    configuration = configure(url=url)
    assert origin(configuration, "gitlab_rails.registry_host") == (host, f"derived from {URL}")
    assert origin(configuration, "registry.nginx.listen_port") == (listen, f"derived from {URL}")
    by = f"derived from {URL}" if port else "default"
    assert origin(configuration, "gitlab_rails.registry_port") == (port, by)
    assert origin(configuration, "gitlab_rails.registry_enabled") == (True, "derived from registry.enable")


def test_it_counts_more_than_what_gitlab_rb_says_of_gitlab_but_not_of_nginx(configure) -> None:
    text = (
        "gitlab_rails['registry_host'] = 'x'\ngitlab_rails['registry_port'] = 1\n"
        "gitlab_rails['registry_enabled'] = false\nregistry['nginx']['listen_port'] = 5000"
    )
    effective = configure(text, url="https://r.example.com:5050").effective
    assert effective["gitlab_rails.registry_host"] == "r.example.com"
    assert effective["gitlab_rails.registry_port"] == 5050
    assert effective["gitlab_rails.registry_enabled"] is True
    assert effective["registry.nginx.listen_port"] == 5000


def test_a_registry_elsewhere_keeps_what_gitlab_rb_says(configure) -> None:
    text = "gitlab_rails['registry_enabled'] = true\ngitlab_rails['registry_host'] = 'reg.example.com'"
    configuration = configure(text, url=None, platform=OMNIBUS)
    assert origin(configuration, "gitlab_rails.registry_enabled") == (True, "gitlab.rb:1:1")
    assert origin(configuration, "gitlab_rails.registry_host") == ("reg.example.com", "gitlab.rb:2:1")


def test_gitlab_reaches_the_registry_where_it_listens(configure) -> None:
    key, source = "gitlab_rails.registry_api_url", "derived from registry.registry_http_addr"
    text = "registry['registry_http_addr'] = '10.0.0.5:5001'"
    assert origin(configure(text), key) == ("http://10.0.0.5:5001", source)
    assert origin(configure("gitlab_rails['registry_api_url'] = 'http://x'"), key) == (
        "http://x",
        "gitlab.rb:1:1",
    )


@pytest.mark.parametrize(
    ("url", "text", "https", "listen_https"),
    [
        (
            "https://r.example.com",
            "",
            (True, f"derived from {URL}"),
            (True, "derived from registry.nginx.https"),
        ),
        ("http://r.example.com", "", (False, "default"), (False, "derived from registry.nginx.https")),
        (
            "https://r.example.com",
            "registry['nginx']['https'] = false",
            (True, f"derived from {URL}"),
            (True, "derived from registry.nginx.https"),
        ),
        (
            "http://r.example.com",
            "registry['nginx']['https'] = true",
            (True, "gitlab.rb:1:1"),
            (True, "derived from registry.nginx.https"),
        ),
        (
            "https://r.example.com",
            "registry['nginx']['listen_https'] = false",
            (True, f"derived from {URL}"),
            (False, "gitlab.rb:1:1"),
        ),
        (
            "http://r.example.com",
            "registry_nginx['listen_https'] = true",
            (False, "default"),
            (True, "gitlab.rb:1:1"),
        ),
    ],
)
def test_https_follows_the_address_unless_tls_ends_elsewhere(
    configure, url, text, https, listen_https
) -> None:
    configuration = configure(text, url=url)
    assert origin(configuration, "registry.nginx.https") == https
    assert origin(configuration, "registry.nginx.listen_https") == listen_https


@pytest.mark.parametrize(
    ("url", "text", "name", "source"),
    [
        ("https://r.example.com:5050", "", "r.example.com", URL),
        (
            "http://r.example.com",
            "registry['nginx']['listen_https'] = true",
            "host.example.com",
            "this host's name",
        ),
        ("http://r.example.com", "registry['nginx']['https'] = true", "host.example.com", "this host's name"),
    ],
)
def test_certificates_are_named_after_what_is_known(configure, url, text, name, source) -> None:
    configuration = configure(text, url=url)
    for key, ending in (("ssl_certificate", "crt"), ("ssl_certificate_key", "key")):
        found = (f"/etc/gitlab/ssl/{name}.{ending}", f"derived from {source}")
        assert origin(configuration, f"registry.nginx.{key}") == found


def test_half_a_named_pair_is_completed(configure) -> None:
    configuration = configure("registry['nginx']['ssl_certificate'] = '/srv/r.crt'")
    assert origin(configuration, "registry.nginx.ssl_certificate") == ("/srv/r.crt", "gitlab.rb:1:1")
    assert (
        configuration.effective["registry.nginx.ssl_certificate_key"]
        == "/etc/gitlab/ssl/registry.example.com.key"
    )


def test_without_tls_there_are_no_certificates(configure) -> None:
    effective = configure(url="http://r.example.com").effective
    assert effective["registry.nginx.ssl_certificate"] is None


def test_tokens_come_from_gitlab(configure) -> None:
    key = "registry.token_realm"
    assert origin(configure(), key) == ("https://gitlab.example.com", "derived from external_url")
    assert origin(configure("registry['token_realm'] = 'https://t'"), key) == ("https://t", "gitlab.rb:1:1")
    assert origin(configure("external_url 'https://gitlab.example.com'", url=None), key) == (None, "default")
