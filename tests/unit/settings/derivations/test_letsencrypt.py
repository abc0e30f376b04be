"""Let's Encrypt, and the registry that runs beside GitLab because of it."""

from __future__ import annotations

import pytest

from glctl.settings.platform import DEBIAN, OMNIBUS

SSL = "/etc/gitlab/ssl"
GITLAB = "external_url 'https://gitlab.example.com'"
OWN = {"certificates": frozenset({f"{SSL}/gitlab.example.com.crt"})}


@pytest.mark.parametrize(
    ("text", "facts", "enabled"),
    [
        (GITLAB, {}, True),
        ("external_url 'http://gitlab.example.com'", {}, False),
        (f"{GITLAB}\nnginx['enable'] = false", {}, False),
        (f"{GITLAB}\ngitlab_rails['nginx']['listen_https'] = false", {}, False),
        (f"{GITLAB}\nnginx['listen_https'] = false", {}, False),
        (f"{GITLAB}\npackage['generate_secrets_json_file'] = false", {}, False),
        (GITLAB, OWN, False),
        (GITLAB, {**OWN, "secrets": {"letsencrypt": {"auto_enabled": True}}}, True),
        (f"{GITLAB}\nletsencrypt['enable'] = false", {}, False),
        (f"{GITLAB}\nletsencrypt['enable'] = true", OWN, True),
        (f"{GITLAB}\ngitlab_rails['nginx']['ssl_certificate'] = '/srv/a.crt'", OWN, True),
        (
            f"{GITLAB}\ngitlab_rails['nginx']['ssl_certificate_key'] = '/srv/a.key'",
            {"certificates": frozenset({"/srv/a.key"})},
            False,
        ),
    ],
)
def test_it_is_on_where_https_has_no_certificate(configure, text, facts, enabled) -> None:
    effective = configure(text, url=None, platform=OMNIBUS, **facts).effective
    assert (effective["letsencrypt.enable"], effective["registry.enable"]) == (enabled, enabled)


def test_nothing_follows_where_no_certificates_are_obtained(configure) -> None:
    configuration = configure(f"{GITLAB}\nletsencrypt['enable'] = true", url=None, platform=DEBIAN)
    assert not configuration.effective["letsencrypt.enable"]
    assert not configuration.effective["registry.enable"]
    assert [d.code for d in configuration.diagnostics] == ["without-effect", "registry-not-enabled"]


@pytest.mark.parametrize(
    ("text", "port", "told"),
    [
        (GITLAB, 5050, 5050),
        (f"{GITLAB}\nregistry['nginx']['listen_port'] = 5443", 5443, 5443),
        ("external_url 'https://gitlab.example.com:8443'", 5050, 8443),
        (f"{GITLAB}\ngitlab_rails['registry_port'] = 5055", 5050, 5055),
    ],
)
def test_a_registry_beside_gitlab_has_a_port_of_its_own(configure, text, port, told) -> None:
    effective = configure(text, url=None, platform=OMNIBUS).effective
    assert effective["gitlab_rails.registry_host"] == "gitlab.example.com"
    assert effective["registry.nginx.listen_port"] == port
    assert effective["gitlab_rails.registry_port"] == told
    assert not effective["registry.nginx.redirect_http_to_https"]
    assert str(effective.origin("registry_external_url")) == "derived from external_url, letsencrypt.enable"


@pytest.mark.parametrize(
    "text",
    [
        f"{GITLAB}\nregistry['enable'] = false",
        f"{GITLAB}\nregistry_external_url false",
        "external_url 'https://example.com/gitlab'",
        f"{GITLAB}\ngitlab_rails['gitlab_relative_url'] = '/gitlab'",
    ],
)
def test_nothing_is_added_where_gitlab_rb_says_otherwise(configure, text) -> None:
    assert not configure(text, url=None, platform=OMNIBUS).effective["registry.enable"]


@pytest.mark.parametrize(
    ("text", "facts", "certificate", "redirect"),
    [
        ("", {}, f"{SSL}/gitlab.example.com.crt", True),
        ("registry['nginx']['redirect_http_to_https'] = false", {}, f"{SSL}/gitlab.example.com.crt", False),
        ("registry['nginx']['redirect_http_to_https'] = nil", {}, f"{SSL}/gitlab.example.com.crt", False),
        ("registry_nginx['redirect_http_to_https'] = nil", {}, f"{SSL}/gitlab.example.com.crt", False),
        (
            "registry['nginx']['ssl_certificate'] = '/srv/r.crt'",
            {},
            f"{SSL}/gitlab.example.com.crt",
            True,
        ),
        (
            "registry['nginx']['ssl_certificate'] = '/srv/r.crt'",
            {"certificates": frozenset({"/srv/r.crt"})},
            "/srv/r.crt",
            False,
        ),
        ("", OWN, f"{SSL}/registry.example.com.crt", False),
    ],
)
def test_gitlabs_certificate_stands_in_for_a_missing_one(
    configure, text, facts, certificate, redirect
) -> None:
    effective = configure(text, platform=OMNIBUS, **facts).effective
    assert effective["registry.nginx.ssl_certificate"] == certificate
    assert effective["registry.nginx.redirect_http_to_https"] == redirect


def test_a_registry_beside_gitlab_keeps_the_certificate_that_it_names(configure) -> None:
    text = f"{GITLAB}\nregistry['nginx']['ssl_certificate'] = '/srv/r.crt'"
    effective = configure(text, url=None, platform=OMNIBUS).effective
    assert effective["registry.nginx.ssl_certificate"] == "/srv/r.crt"


def test_a_plain_address_that_names_a_certificate_gets_gitlab_s(configure) -> None:
    text = "registry['nginx']['ssl_certificate'] = '/srv/r.crt'"
    effective = configure(text, url="http://registry.example.com", platform=OMNIBUS).effective
    assert effective["registry.nginx.ssl_certificate"] == f"{SSL}/gitlab.example.com.crt"
