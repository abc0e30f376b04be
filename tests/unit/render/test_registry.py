from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from glctl.paths import Root
from glctl.render.registry import RESTART, registry_resources, secrets_file, token_key
from glctl.render.resources import Account, Directory, File
from glctl.settings.platform import DEBIAN, OMNIBUS

HOME = "/var/opt/gitlab/registry"
ENV = "/opt/gitlab/etc/registry/env"
IMAGES = "/var/opt/gitlab/gitlab-rails/shared/registry"


@pytest.fixture
def config(configure):
    """The registry's configuration, read back."""

    def read(text="", platform=DEBIAN, **facts):
        configuration = configure(text, platform=platform, **facts)
        found = {
            r.path: r
            for r in registry_resources(configuration.effective, configuration.host)
            if isinstance(r, File)
        }
        return yaml.safe_load(found[f"{HOME}/config.yml"].content)

    return read


def test_everything_that_the_registry_needs_in_its_order(configure) -> None:
    configuration = configure("registry['uid'] = 986\nregistry['gid'] = 987")
    found = list(registry_resources(configuration.effective, configuration.host))
    assert [replace(r, content=b"") if isinstance(r, File) else r for r in found] == [
        Account("registry", "registry", home=HOME, shell="/usr/sbin/nologin", uid=986, gid=987),
        Directory(HOME, 0o2770, "registry", "registry"),
        Directory(IMAGES, 0o770, "registry", "registry"),
        File(f"{HOME}/gitlab-registry.crt", b"", 0o644, "registry", "registry", notifies=RESTART),
        File(f"{HOME}/config.yml", b"", 0o640, "registry", "registry", notifies=RESTART),
        Directory(ENV, 0o755, exact=True, notifies=RESTART),
        File(f"{ENV}/GODEBUG", b"", notifies=RESTART),
        File(f"{ENV}/SSL_CERT_DIR", b"", notifies=RESTART),
    ]


def test_accounts_are_made_unless_gitlab_rb_says_no(configure) -> None:
    configuration = configure("manage_accounts['enable'] = false")
    found = registry_resources(configuration.effective, configuration.host)
    assert not [r for r in found if isinstance(r, Account)]


def test_the_configuration_has_what_omnibus_has(config) -> None:
    assert config() == {
        "version": 0.1,
        "log": {
            "level": "info",
            "formatter": "text",
            "fields": {"service": "registry", "environment": "production"},
        },
        "storage": {
            "filesystem": {"rootdirectory": IMAGES},
            "cache": {"blobdescriptor": "inmemory"},
            "delete": {"enabled": True},
        },
        "http": {
            "addr": "127.0.0.1:5000",
            "secret": "generated secret",
            "draintimeout": 0,
            "headers": {"X-Content-Type-Options": ["nosniff"]},
        },
        "health": {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}},
        "auth": {
            "token": {
                "realm": "https://gitlab.example.com/jwt/auth",
                "service": "container_registry",
                "issuer": "omnibus-gitlab-issuer",
                "rootcertbundle": f"{HOME}/gitlab-registry.crt",
                "autoredirect": False,
            }
        },
        "validation": {"disabled": True},
    }


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("registry['log_level'] = 'debug'", "log.level", "debug"),
        ("registry['log_formatter'] = 'json'", "log.formatter", "json"),
        ("registry['registry_http_addr'] = '0.0.0.0:5000'", "http.addr", "0.0.0.0:5000"),
        ("registry['http_secret'] = 12345", "http.secret", "12345"),
        ("registry['http_draintimeout'] = '60s'", "http.draintimeout", "60s"),
        (
            "registry['debug_addr'] = 'localhost:5001'",
            "http.debug",
            {"addr": "localhost:5001", "prometheus": {"enabled": True, "path": "/metrics"}},
        ),
        (
            "registry['token_realm'] = 'https://t.example.com//'",
            "auth.token.realm",
            "https://t.example.com/jwt/auth",
        ),
        ("gitlab_rails['registry_issuer'] = 'me'", "auth.token.issuer", "me"),
        ("registry['rootcertbundle'] = '/srv/bundle'", "auth.token.rootcertbundle", "/srv/bundle"),
        # Omnibus writes these without quotes, and YAML 1.1 has many words for truth.
        ("registry['autoredirect'] = 'no'", "auth.token.autoredirect", False),
        ("registry['autoredirect'] = 'maybe: # not'", "auth.token.autoredirect", "maybe: # not"),
        ("registry['health_storagedriver_enabled'] = 'off'", "health.storagedriver.enabled", False),
        ("registry['health_storagedriver_enabled'] = 'TRUE'", "health.storagedriver.enabled", True),
        ("registry['http_draintimeout'] = '60'", "http.draintimeout", 60),
        ("registry['validation_enabled'] = true", "validation.disabled", False),
        ("registry['validation_enabled'] = 'false'", "validation.disabled", False),
        ("registry['compatibility_schema1_enabled'] = true", "compatibility", {"schema1": {"enabled": True}}),
        (
            "registry['middleware'] = { 'storage' => [{ 'name' => 'x' }] }",
            "middleware",
            {"storage": [{"name": "x"}]},
        ),
        ("registry['middleware'] = {}", "middleware", {}),
        ("registry['gc'] = { 'disabled' => false }", "gc", {"disabled": False}),
        ("registry['gc'] = {}", "gc", {}),
        ("registry['reporting'] = { 'sentry' => {} }", "reporting", {"sentry": {}}),
        ("registry['notifications'] = []", "notifications", {"endpoints": []}),
        ("registry['redis'] = { 'tls' => { 'enabled' => true } }", "redis.tls", {"enabled": True}),
        ("registry['redis'] = { 'cache' => { 'enabled' => 'no' } }", "redis.cache", {"enabled": "no"}),
        ("registry['database'] = { 'enabled' => true }", "database", {"enabled": True}),
    ],
)
def test_a_setting_lands_where_the_registry_reads_it(config, text, path, value) -> None:
    node = config(text)
    for key in path.split("."):
        node = node[key]
    assert node == value
    assert type(node) is type(value)


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("", "middleware"),
        ("", "compatibility"),
        ("", "notifications"),
        ("", "database"),
        ("", "gc"),
        ("", "reporting"),
        ("registry['redis'] = { 'cache' => { 'enabled' => false, 'addr' => 'x' } }", "redis"),
        ("registry['redis'] = { 'pool' => 5 }", "redis"),
    ],
)
def test_a_section_that_nothing_asks_for_is_not_there(config, text, section) -> None:
    assert section not in config(text)


def test_gitlab_s_registry_has_a_database(config) -> None:
    assert config(platform=OMNIBUS)["database"]["enabled"] == "prefer"


def test_endpoints_are_told(config) -> None:
    text = (
        "registry['notifications'] = [{ 'name' => 'e', 'url' => 'https://x', 'headers' => { 'A' => ['b'] } }]"
    )
    assert config(text)["notifications"] == {
        "endpoints": [
            {
                "name": "e",
                "url": "https://x",
                "headers": {"A": ["b"]},
                "timeout": "500ms",
                "maxretries": 5,
                "backoff": "1s",
            }
        ]
    }


def test_a_secret_of_any_text_is_read_back(config, nasty_texts) -> None:
    for text in nasty_texts(40, seed=5):
        quoted = '"' + "".join(f"\\u{{{ord(c):x}}}" for c in text) + '"'
        storage = config(f"registry['storage'] = {{ 's3' => {{ 'secretkey' => {quoted} }} }}")["storage"]
        assert storage["s3"] == {"secretkey": text}


@pytest.mark.parametrize(
    ("text", "platform", "directory"),
    [
        ("", DEBIAN, Directory(IMAGES, 0o770, "registry", "registry")),
        ("", OMNIBUS, Directory(IMAGES, 0o770, "registry", "git")),
        (
            "registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/i' } }",
            DEBIAN,
            Directory("/srv/i", 0o770, "registry", "registry"),
        ),
        (
            "registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/i' } }",
            OMNIBUS,
            Directory(IMAGES, 0o770, "registry", "git"),
        ),
        (
            "registry['storage'] = { 'filesystem' => { 'rootdirectory' => 'images/' } }",
            DEBIAN,
            Directory(f"{HOME}/images", 0o770, "registry", "registry"),
        ),
        ("registry['storage'] = { 's3' => {} }", OMNIBUS, Directory(IMAGES, 0o770, "registry", "git")),
        ("registry['storage'] = { 's3' => {} }", DEBIAN, None),
        ("registry['storage'] = { 'filesystem' => {} }", DEBIAN, None),
        ("manage_storage_directories['enable'] = false", OMNIBUS, None),
    ],
)
def test_images_have_a_directory_where_they_are_kept(configure, text, platform, directory) -> None:
    configuration = configure(text, platform=platform)
    made = registry_resources(configuration.effective, configuration.host)
    found = [r for r in made if isinstance(r, Directory) and r.mode == 0o770]
    assert found == ([directory] if directory else [])


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("'http://p:3128'", b"http://p:3128"),
        ("5", b"5"),
        ("true", b"true"),
        ("''", b""),
        (":prefer", b"prefer"),
        ('"a\\nb"', b"a\0b"),  # chpst makes it a line break again
    ],
)
def test_a_variable_is_a_file(configure, value, content) -> None:
    configuration = configure(f"registry['env'] = {{ 'X' => {value} }}")
    found = [
        r
        for r in registry_resources(configuration.effective, configuration.host)
        if getattr(r, "path", "") == f"{ENV}/X"
    ]
    assert found == [File(f"{ENV}/X", content, notifies=RESTART)]


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "REDIS_PASSWORD", "CI_TOKEN"])
def test_a_credential_in_the_environment_is_nobody_else_s_business(configure, name) -> None:
    configuration = configure(f"registry['env'] = {{ '{name}' => 'hunter2' }}")
    (file,) = [
        r
        for r in registry_resources(configuration.effective, configuration.host)
        if getattr(r, "path", "").endswith(name)
    ]
    assert file == File(f"{ENV}/{name}", b"hunter2", 0o600, secret=True, notifies=RESTART)


@pytest.mark.parametrize(("platform", "owner"), [(OMNIBUS, ("git", "git")), (DEBIAN, ("root", "root"))])
def test_the_key_belongs_to_gitlab_where_it_runs(configure, platform, owner) -> None:
    configuration = configure("gitlab_rails['registry_key_path'] = '/srv/k'", platform=platform)
    assert list(token_key(configuration.effective)) == [
        File("/srv/k", b"generated key\n", 0o600, *owner, secret=True)
    ]


def test_without_a_key_there_is_no_file(configure) -> None:
    assert list(token_key(configure("package['generate_default_secrets'] = false").effective)) == []


def test_a_pem_ends_with_a_line_break(configure) -> None:
    for ending in ("", "\\n"):
        text = f'registry["internal_key"] = "-----BEGIN X-----{ending}"'
        (file,) = token_key(configure(text).effective)
        assert file.content == b"-----BEGIN X-----\n"


def test_the_secrets_file_holds_them_all(configure) -> None:
    stored = {"gitlab_rails": {"db_key_base": "é"}, "registry": {"http_secret": "stored"}}
    configuration = configure(secrets=stored, root=Root(Path("/srv/box")))
    file = secrets_file(configuration.host, configuration.secrets)
    assert (file.path, file.mode, file.secret) == ("/srv/box/etc/gitlab/gitlab-secrets.json", 0o600, True)
    assert json.loads(file.content) == {
        "gitlab_rails": {"db_key_base": "é"},
        "registry": {
            "http_secret": "stored",
            "internal_key": "generated key",
            "internal_certificate": "certificate of generated key",
        },
    }
    assert file.content.endswith(b"}\n")
