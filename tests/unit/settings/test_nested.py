import pytest

LOOKS = "a duration looks like '90s', '1m30s' or '500ms'"


@pytest.fixture
def told(configure):
    """Severity and message of each diagnostic."""
    return lambda text: [(d.severity, d.message) for d in configure(text).diagnostics]


@pytest.mark.parametrize(
    ("text", "name", "key", "near"),
    [
        ("registry['database']['enabld'] = true", "registry['database']", "enabld", "enabled"),
        ("registry['redis']['cache']['enabld'] = true", "registry['redis']['cache']", "enabld", "enabled"),
        ("registry['gc'] = { 'disabld' => true }", "registry['gc']", "disabld", "disabled"),
        ("registry['reporting'] = { 'sentri' => {} }", "registry['reporting']", "sentri", "sentry"),
        (
            "registry['middleware'] = { 'storage' => [{ 'nme' => 'redirect' }] }",
            "registry['middleware']['storage']",
            "nme",
            "name",
        ),
        ("registry['middleware'] = { 'strage' => [] }", "registry['middleware']", "strage", "storage"),
        (
            "registry['notifications'] = [{ 'name' => 'n', 'url' => 'http://x', 'timout' => '1s' }]",
            "registry['notifications']",
            "timout",
            "timeout",
        ),
    ],
)
def test_a_key_that_the_registry_does_not_read_gets_the_nearest_offered(configure, text, name, key, near):
    [found] = configure(text).diagnostics
    assert (found.severity, found.code, found.span.line) == ("warning", "unknown-key", 1)
    assert found.message == f"{name} has no key '{key}': the registry does not read it."
    assert found.hint == f"Did you mean '{near}'?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "registry['notifications'] = [{ 'name' => 'n', 'url' => 'http://x', 'timeout' => 'z' }]",
            f"registry['notifications']['timeout'] is 'z', but {LOOKS}.",
        ),
        (
            "registry['notifications'] = [{ 'name' => 'n', 'url' => 'http://x', 'backoff' => '60' }]",
            "registry['notifications']['backoff'] is '60', but a duration needs its unit, as in '90s'.",
        ),
        (
            "registry['redis'] = { 'cache' => { 'enabled' => 'true' } }",
            "registry['redis']['cache']['enabled'] is 'true', but true or false belongs here.",
        ),
        (
            "registry['redis'] = { 'db' => 'x' }",
            "registry['redis']['db'] is 'x', but a number belongs here (without quotes).",
        ),
        (
            "registry['gc'] = { 'blobs' => { 'interval' => 'soon' } }",
            f"registry['gc']['blobs']['interval'] is 'soon', but {LOOKS}.",
        ),
    ],
)
def test_a_value_that_the_registry_cannot_read_is_an_error(told, text, message):
    assert told(text) == [("error", message)]


@pytest.mark.parametrize(
    "text",
    [
        "registry['database'] = { 'enabled' => 'prefer', 'port' => 5432, 'pool' => { 'maxopen' => 5 } }",
        "registry['redis'] = { 'cache' => { 'enabled' => true, 'dialtimeout' => '10ms', 'pool' => {} } }",
        "registry['gc'] = { 'disabled' => false, 'maxbackoff' => '1h30m', 'blobs' => nil }",
        "registry['reporting'] = { 'sentry' => { 'enabled' => true, 'dsn' => 'https://k@s.example.com/1' } }",
        "registry['middleware'] = { 'storage' => [{ 'name' => 'redirect', 'options' => { 'any' => 1 } }] }",
        "registry['notifications'] = [{ 'name' => 'n', 'url' => 'http://x', 'headers' => { 'A' => ['b'] } }]",
        "registry['notifications'] = [{ 'timeout' => '0', 'backoff' => '1.5s' }]",
    ],
)
def test_what_the_registry_reads_is_left_alone(told, text):
    assert told(text) == []
