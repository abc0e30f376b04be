"""Warnings where Omnibus says nothing: one row each, and what looks like it and is all right."""

import pytest

from glctl.settings.platform import DEBIAN, OMNIBUS

URLS = "external_url 'https://gitlab.example.com'\nregistry_external_url 'https://registry.example.com'\n"
SHARED = "external_url 'https://gitlab.example.com'\nregistry_external_url 'https://GitLab.example.com:443'\n"

SECONDS = "Write '{0}s' for seconds, '{0}ms' for milliseconds."


@pytest.fixture
def told(configure):
    """Severity, code and line of each diagnostic that is no mere note, and the hints."""

    def told_of(text, platform=DEBIAN):
        every = configure(text, url=None, platform=platform).diagnostics
        found = [d for d in every if d.severity != "info"]
        return [(d.severity, d.code, d.span and d.span.line) for d in found], [d.hint for d in found]

    return told_of


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        (
            SHARED,
            "shared-address",
            2,
            "Give the registry a name or a port of its own: https://GitLab.example.com:5050",
        ),
        (
            "external_url 'https://a.example.com:5050'\nregistry_external_url 'https://a.example.com:5050'",
            "shared-address",
            2,
            "Give the registry a name or a port of its own: https://a.example.com:5051",
        ),
        (
            URLS + "registry['token_realm'] = 'http://gitlab.example.com'",
            "plain-realm",
            3,
            "Begin it with https://.",
        ),
        (
            URLS + "registry['debug_addr'] = ':5001'",
            "debug-server-exposed",
            3,
            "Write '127.0.0.1:5001', unless a firewall lets in only who may read metrics and profiles.",
        ),
        (
            URLS + "letsencrypt['contact_emails'] = ['a@example.com']",
            "without-effect",
            3,
            "Put certificate and key where registry['nginx']['ssl_certificate'] and …_key say.",
        ),
        (
            URLS + "registry['autoredirect'] = 'yes'",
            "wrong-type",
            3,
            "The registry takes it for true: write that, without quotes.",
        ),
        (
            URLS + "registry['health_storagedriver_enabled'] = 'off'",
            "wrong-type",
            3,
            "The registry takes it for false: write that, without quotes.",
        ),
        (URLS + "registry['autoredirect'] = '1'", "wrong-type", 3, "The registry would not start with it."),
        (
            URLS + "registry['storage_delete_enabled'] = 'true'",
            "wrong-type",
            3,
            "The registry takes anything but true itself for false: write it without quotes.",
        ),
        (URLS + "registry['http_draintimeout'] = '60'", "wrong-value", 3, SECONDS.format(60)),
        (URLS + "registry['default_notifications_backoff'] = 5", "wrong-value", 3, SECONDS.format(5)),
        (
            URLS + "registry['notifications'] = [{ 'name' => 'e', 'url' => 'http://e', 'timeout' => 500 }]",
            "wrong-value",
            3,
            SECONDS.format(500),
        ),
        (
            URLS + "registry['rootcertbundle'] = '/x.crt'\nregistry['internal_key'] = '-----BEGIN KEY-----'",
            "token-certificate-elsewhere",
            3,
            "Take registry['rootcertbundle'] out, or see that the file holds the same certificate.",
        ),
    ],
)
def test_each_doubt_has_its_code_and_line_and_a_hint(told, text, code, line, hint) -> None:
    assert told(text) == ([("warning", code, line)], [hint])


def test_let_s_encrypt_needs_an_https_address(told) -> None:
    text = "external_url 'http://gitlab.example.com'\nletsencrypt['enable'] = true"
    found, hints = told(text, platform=OMNIBUS)
    assert ("warning", "letsencrypt-without-https", 2) in found
    assert "Write: external_url 'https://gitlab.example.com'" in hints


NO_POSTGRESQL = URLS + "postgresql['enable'] = false\n"
UNKEPT = URLS + "package['generate_secrets_json_file'] = false\n"
SECRETS = "registry['http_secret'] = 'a'\nregistry['internal_key'] = '-----BEGIN PRIVATE KEY-----'\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (NO_POSTGRESQL + "registry['database'] = { 'host' => 'db' }", "database-left-out", 4),
        (NO_POSTGRESQL + "registry['database']['enabled'] = 'prefer'", "database-left-out", 4),
        (UNKEPT, "secrets-not-kept", 3),
        (UNKEPT + SECRETS, "secrets-not-kept", 3),
    ],
)
def test_what_omnibus_itself_warns_of(told, text, code, line) -> None:
    found, _ = told(text, platform=OMNIBUS)
    assert found == [("warning", code, line)]


@pytest.mark.parametrize(
    "text",
    [
        NO_POSTGRESQL,
        NO_POSTGRESQL + "registry['database'] = { 'enabled' => true, 'host' => 'db' }",
        NO_POSTGRESQL + "registry['database']['enabled'] = false",
        URLS + "registry['database']['enabled'] = 'prefer'",
        UNKEPT + SECRETS + "registry['internal_certificate'] = '-----BEGIN CERTIFICATE-----'",
        UNKEPT + "registry['enable'] = false",
    ],
)
def test_what_omnibus_does_not_warn_of(told, text) -> None:
    assert told(text, platform=OMNIBUS) == ([], [])


def test_of_secrets_that_are_not_kept_those_to_set_are_named(told) -> None:
    _, [hint] = told(UNKEPT + SECRETS, platform=OMNIBUS)
    assert hint == "Set registry['internal_certificate'], or take this line out."


def test_what_the_cluster_file_overrules_is_told(configure) -> None:
    cluster = {"registry": {"debug_addr": "127.0.0.1:2"}}
    text = URLS + "registry['debug_addr'] = '127.0.0.1:1'"
    (told,) = configure(text, url=None, platform=OMNIBUS, cluster=cluster).diagnostics
    assert (told.severity, told.code, told.hint) == (
        "warning",
        "without-effect",
        "It is set by gitlab-cluster.json.",
    )


@pytest.mark.parametrize(
    "text",
    [
        URLS,
        "external_url 'https://g'\nregistry_external_url 'https://g:5050'",
        # A load balancer may tell them apart by the path.
        SHARED + "registry['nginx']['listen_port'] = 8080",
        SHARED + "registry['nginx']['enable'] = false",
        URLS + "registry['token_realm'] = 'https://gitlab.example.com'",
        "external_url 'http://g'\nregistry_external_url 'https://r'\nregistry['token_realm'] = 'http://g'",
        URLS + "registry['debug_addr'] = '127.0.0.1:5001'",
        URLS + "letsencrypt['enable'] = false",
        URLS + "roles ['redis_master_role', 'redis_sentinel_role']",
        URLS + "registry['autoredirect'] = true\nregistry['storage_delete_enabled'] = false",
        URLS + "registry['http_draintimeout'] = 0\nregistry['default_notifications_timeout'] = '500ms'",
        URLS + "registry['rootcertbundle'] = '/var/opt/gitlab/registry/gitlab-registry.crt'\n"
        "registry['internal_key'] = '-----BEGIN PRIVATE KEY-----'",
        URLS + "registry['rootcertbundle'] = '/x.crt'",
    ],
)
def test_what_only_looks_like_one_is_left_alone(told, text) -> None:
    assert told(text) == ([], [])


def test_an_empty_secret_is_none(configure) -> None:
    [found] = configure("registry['http_secret'] = ''").diagnostics
    assert (found.severity, found.code, found.span.line) == ("warning", "wrong-value", 1)
