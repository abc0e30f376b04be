from pathlib import Path

import pytest

from glctl.paths import Root
from glctl.settings.platform import DEBIAN, OMNIBUS

CACHE, DELETE = {"blobdescriptor": "inmemory"}, {"enabled": True}
SHARED = "/var/opt/gitlab/gitlab-rails/shared"


def found(configuration, key: str) -> tuple[object, str]:
    return configuration.effective[key], str(configuration.effective.origin(key))


@pytest.mark.parametrize(
    ("text", "path", "source"),
    [
        ("", f"{SHARED}/registry", "derived from gitlab_rails.shared_path"),
        ("gitlab_rails['shared_path'] = '/srv'", "/srv/registry", "derived from gitlab_rails.shared_path"),
        ("gitlab_rails['registry_path'] = '/srv/images'", "/srv/images", "gitlab.rb:1:1"),
    ],
)
def test_images_lie_with_gitlab_s_shared_files(configure, text, path, source) -> None:
    assert found(configure(text), "gitlab_rails.registry_path") == (path, source)


def test_a_registry_that_is_off_has_no_images(configure) -> None:
    effective = configure("registry['enable'] = false").effective
    assert effective["gitlab_rails.registry_path"] is None
    assert effective["registry.storage"] is None


def test_trusted_certificates_lie_in_the_registry_s_home(configure) -> None:
    source = "derived from registry.dir"
    bundle = found(configure("registry['dir'] = '/srv/r'"), "registry.rootcertbundle")
    assert bundle == ("/srv/r/gitlab-registry.crt", source)
    own = configure("registry['rootcertbundle'] = '/srv/bundle'").effective
    assert own["registry.rootcertbundle"] == "/srv/bundle"


@pytest.mark.parametrize(
    ("text", "storage"),
    [
        ("{ 's3' => { 'bucket' => 'b' } }", {"s3": {"bucket": "b"}, "cache": CACHE, "delete": DELETE}),
        ("{ s3: { bucket: 'b' } }", {"s3": {"bucket": "b"}, "cache": CACHE, "delete": DELETE}),
        ("{ 'inmemory' => {}, 'cache' => nil }", {"inmemory": {}, "cache": CACHE, "delete": DELETE}),
        ("{ 'inmemory' => {}, 'cache' => false }", {"inmemory": {}, "cache": CACHE, "delete": DELETE}),
        (
            "{ 'inmemory' => {}, 'cache' => {}, 'delete' => { 'enabled' => false } }",
            {"inmemory": {}, "cache": {}, "delete": {"enabled": False}},
        ),
        ("{ 's3' => { 'a' => nil, 'b' => [nil] } }", {"s3": {"b": [None]}, "cache": CACHE, "delete": DELETE}),
    ],
)
def test_a_driver_gets_a_cache_and_may_delete(configure, text, storage) -> None:
    assert found(configure(f"registry['storage'] = {text}"), "registry.storage") == (storage, "gitlab.rb:1:1")


def test_without_a_driver_it_is_the_filesystem_s(configure) -> None:
    storage = {"filesystem": {"rootdirectory": f"{SHARED}/registry"}, "cache": CACHE, "delete": DELETE}
    source = "derived from gitlab_rails.registry_path, registry.storage_delete_enabled"
    assert found(configure(), "registry.storage") == (storage, source)


@pytest.mark.parametrize("value", ["false", "'no'"])
def test_what_may_be_deleted_is_written_as_it_is(configure, value) -> None:
    storage = configure(f"registry['storage_delete_enabled'] = {value}").effective["registry.storage"]
    assert storage["delete"] == {"enabled": False if value == "false" else "no"}


def test_the_filesystem_driver_stays_below_the_root(configure, tmp_path: Path) -> None:
    text = (
        "registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/images', 'maxthreads' => 50 } }"
    )
    storage = configure(text, root=Root(tmp_path)).effective["registry.storage"]
    assert storage["filesystem"] == {"rootdirectory": f"{tmp_path}/srv/images", "maxthreads": 50}


ENDPOINT = {"timeout": "500ms", "backoff": "1s", "maxretries": 5, "headers": {}}


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("{ 'name' => 'e' }", {"name": "e", **ENDPOINT}),
        ("{ name: 'e', timeout: '9s', backoff: nil }", {"name": "e", **ENDPOINT, "timeout": "9s"}),
        ("{ 'maxretries' => 7, 'threshold' => 2 }", {**ENDPOINT, "maxretries": 7, "threshold": 2}),
        (
            "{ 'threshold' => 2 }",
            {"threshold": 2, "timeout": "500ms", "backoff": "1s", "headers": {}},
        ),
        ("{ 'threshold' => nil }", {"threshold": None, **ENDPOINT}),
        ("{ 'headers' => { 'A' => ['x'] } }", {**ENDPOINT, "headers": {"A": ["x"]}}),
    ],
)
def test_an_endpoint_is_completed_by_the_defaults(configure, text, endpoint) -> None:
    notifications = found(configure(f"registry['notifications'] = [{text}]"), "registry.notifications")
    assert notifications == ([endpoint], "gitlab.rb:1:1")


def test_the_defaults_are_settings_and_headers_are_added(configure) -> None:
    text = (
        "registry['default_notifications_timeout'] = '9s'\n"
        "registry['default_notifications_headers'] = { 'A' => ['d'], 'B' => ['d'] }\n"
        "registry['notifications'] = [{ 'headers' => { 'A' => ['own'] } }, {}]"
    )
    first, second = configure(text).effective["registry.notifications"]
    assert (first["timeout"], first["headers"]) == ("9s", {"A": ["own"], "B": ["d"]})
    assert second["headers"] == {"A": ["d"], "B": ["d"]}


def test_no_endpoints_are_none(configure) -> None:
    assert found(configure(), "registry.notifications") == (None, "default")
    assert configure("registry['notifications'] = []").effective["registry.notifications"] == []


GEO = (
    "registry['notifications'] = [{ 'name' => 'geo_event', 'headers' => { 'Authorization' => ['a', 'b'] } }]"
)


def test_gitlab_expects_what_its_endpoint_sends(configure) -> None:
    configuration = configure(GEO)
    secret = configuration.effective["gitlab_rails.registry_notification_secret"]
    assert secret.reveal() == "b"
    key = "gitlab_rails.registry_notification_secret"
    assert str(configuration.effective.origin(key)) == "derived from registry.notifications"
    assert not configuration.errors


def test_a_secret_of_gitlab_rb_counts_more(configure) -> None:
    effective = configure(f"gitlab_rails['registry_notification_secret'] = 'own'\n{GEO}").effective
    assert effective["gitlab_rails.registry_notification_secret"].reveal() == "own"


DATABASE = {
    "enabled": "prefer",
    "user": "registry",
    "dbname": "registry",
    "sslmode": "prefer",
    "port": 5432,
    "host": "/var/opt/gitlab/postgresql",
}


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("", {}),
        ("postgresql['listen_address'] = '0.0.0.0'", {"host": "0.0.0.0"}),
        ("postgresql['listen_address'] = 'a.db,b.db'", {"host": "a.db"}),
        ("postgresql['dir'] = '/srv/pg'\npostgresql['port'] = 5544", {"host": "/srv/pg", "port": 5544}),
        ("registry['database']['host'] = ''", {"host": ""}),
        ("postgresql['enable'] = false", {"enabled": "false"}),
        ("postgresql['enable'] = false\nregistry['database'] = { 'enabled' => true }", {"enabled": True}),
        ("registry['database'] = { 'enabled' => false }", {"enabled": False}),
        (
            "registry['database'] = { 'enabled' => 'no', 'host' => 'db,x', 'port' => 1 }",
            {"enabled": "no", "host": "db", "port": 1},
        ),
    ],
)
def test_the_database_is_gitlab_s_own(configure, text, changes) -> None:
    database = configure(text, platform=OMNIBUS).effective["registry.database"]
    assert database == DATABASE | changes


def test_a_database_that_nobody_names_follows_from_postgresql(configure) -> None:
    origin = configure(platform=OMNIBUS).effective.origin("registry.database")
    assert origin.kind == "derived"
    assert origin.sources[0] == "postgresql.listen_address"


def test_upstream_s_registry_has_no_database(configure) -> None:
    assert found(configure(platform=DEBIAN), "registry.database") == ({}, "default")
    given = "registry['database'] = { 'enabled' => true }"
    assert found(configure(given), "registry.database") == ({"enabled": True}, "gitlab.rb:1:1")


@pytest.mark.parametrize(
    ("text", "environment", "source"),
    [
        ("", {"SSL_CERT_DIR": "/etc/ssl/certs"}, "derived (what every registry needs)"),
        ("registry['env'] = { 'SSL_CERT_DIR' => '' }", {"SSL_CERT_DIR": ""}, "gitlab.rb:1:1"),
        (
            "registry['env']['GODEBUG'] = nil\nregistry['env']['N'] = 5",
            {"SSL_CERT_DIR": "/etc/ssl/certs", "N": 5},
            "gitlab.rb:1:1",
        ),
    ],
)
def test_the_environment_says_where_certificates_lie(configure, text, environment, source) -> None:
    assert found(configure(text), "registry.env") == ({"GODEBUG": "tlsmlkem=0", **environment}, source)


def test_an_omnibus_host_has_certificates_of_its_own(configure) -> None:
    environment = configure(platform=OMNIBUS).effective["registry.env"]
    assert environment["SSL_CERT_DIR"] == "/opt/gitlab/embedded/ssl/certs/"


@pytest.mark.parametrize("key", ["storage", "notifications", "database", "env"])
def test_what_is_no_hash_at_all_stops_no_rule(configure, key) -> None:
    """validate.py names it; nothing may fail before."""
    configuration = configure(f"registry['{key}'] = 'x'", platform=OMNIBUS)
    assert [d.code for d in configuration.errors][:1] == ["wrong-type"]
