import pytest

from glctl.settings.kinds import nearest
from glctl.settings.platform import OMNIBUS

URLS = "external_url 'https://gitlab.example.com'\nregistry_external_url 'https://registry.example.com'\n"
EXAMPLE = (
    "For example: registry['storage'] = { 's3' => { 'accesskey' => 'AKIAEXAMPLE', 'secretkey' => 'example', "
    "'bucket' => 'images', 'region' => 'eu-central-1' } }"
)


QUOTES = "':"
GEO_EVENT = "is geo_event, but its Authorization header is no array: GitLab would not know what to expect"


def told(configuration) -> list[tuple[int | None, str, str]]:
    """Line, message and hint of every error."""
    return [(d.span and d.span.line, d.message, d.hint) for d in configuration.errors]


@pytest.fixture
def errors(configure):
    """The errors of a gitlab.rb, with good addresses on its first two lines."""
    return lambda text, **facts: told(configure(URLS + text, url=None, **facts))


def test_a_good_file_has_no_errors(errors) -> None:
    assert errors("") == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("''", "it has no scheme"),
        (":foo", "it has no scheme"),
        ("'r:5000'", "it has no scheme"),
        ("'ftp://r'", "its scheme is ftp, not http or https"),
        ("'https://r/v2'", "it has a path, and clients ask for /v2/ at the top"),
        ("'https://r//'", "it has a path, and clients ask for /v2/ at the top"),
        ("'https://r:abc'", "its port is not a number from 1 to 65535"),
        ("5000", "it is no string"),
    ],
)
def test_an_address_that_is_none_is_told_why(configure, url, reason) -> None:
    text = f"external_url 'https://gitlab.example.com'\nregistry_external_url {url}"
    message = f"registry_external_url '{url.strip(QUOTES)}' is no address for clients: {reason}."
    hint = "For example: registry_external_url 'https://registry.example.com'"
    assert told(configure(text, url=None)) == [(2, message, hint)]


PLAIN = "external_url 'https://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", True),
        ("letsencrypt['enable'] = false", False),
        ("registry['nginx']['ssl_certificate'] = '/srv/r.crt'", False),
        ("registry_nginx['ssl_certificate'] = '/srv/r.crt'", False),
    ],
)
def test_lets_encrypt_wants_a_certificate_for_the_registry_s_address(configure, text, refused) -> None:
    message = "registry_external_url is http, but Let's Encrypt is on, which wants a certificate for it."
    hint = "Make it https, or add letsencrypt['enable'] = false."
    found = told(configure(PLAIN + text, url=None, platform=OMNIBUS))
    assert found == ([(2, message, hint)] if refused else [])


def test_a_host_is_one_kind_of_redis(errors) -> None:
    told = [
        (
            3,
            "This host is given both roles of Redis, master and replica: Omnibus stops here.",
            "Keep one of them.",
        )
    ]
    assert errors("roles ['redis-master-role', 'redis_replica_role']") == told
    assert errors("redis_replica_role['enable'] = true\nredis_master_role['enable'] = true") == told


def test_an_empty_realm_gives_no_tokens(errors) -> None:
    message = "registry['token_realm'] is empty: clients could get no token."
    hint = "Take it out: without it, external_url is where they get one."
    assert errors("registry['token_realm'] = ''") == [(3, message, hint)]


def test_a_registry_that_is_off_needs_no_storage_driver(errors) -> None:
    assert errors("registry['enable'] = false\nregistry['storage'] = { 'redirect' => {} }") == []


def test_gitlab_s_own_address_may_have_a_path(configure) -> None:
    text = "external_url 'https://example.com/gitlab'\nregistry_external_url 'https://registry.example.com'"
    assert told(configure(text, url=None)) == []


def test_a_bad_address_of_gitlab_is_told_once(configure) -> None:
    text = "external_url 'gitlab.example.com'\nregistry_external_url 'https://registry.example.com'"
    message = "external_url 'gitlab.example.com' is no address for clients: it has no scheme."
    assert told(configure(text, url=None)) == [
        (1, message, "For example: external_url 'https://gitlab.example.com'")
    ]


@pytest.mark.parametrize(
    ("storage", "line_message_hint"),
    [
        (
            "{ 's3_v3' => { 'bucket' => 'b' } }",
            (3, "registry['storage'] names 's3_v3', which is no storage driver.", "Did you mean 's3_v2'?"),
        ),
        (
            "{ 'floppy' => {} }",
            (
                3,
                "registry['storage'] names 'floppy', which is no storage driver.",
                "There are azure, azure_v2, filesystem, gcs, inmemory, oss, s3, s3_v2, s3aws, swift.",
            ),
        ),
        (
            "{ 'redirect' => { 'disable' => true } }",
            (3, "registry['storage'] names no driver: the registry would not start.", EXAMPLE),
        ),
        (
            "{ 'inmemory' => nil }",
            (3, "registry['storage'] names no driver: the registry would not start.", EXAMPLE),
        ),
        ("{}", (3, "registry['storage'] names no driver: the registry would not start.", EXAMPLE)),
        (
            "{ 's3' => { 'bucket' => 'b' }, 'gcs' => { 'bucket' => 'b' } }",
            (
                3,
                "registry['storage'] names 2 drivers (gcs, s3); there can be one.",
                "Keep the one that holds your images.",
            ),
        ),
        (
            "{ 'accesskey' => 'AK', 'secretkey' => 'hunter2' }",
            (
                3,
                "registry['storage'] holds accesskey, secretkey: a driver's settings belong inside its hash.",
                EXAMPLE,
            ),
        ),
        (
            "{ 'filesystem' => { 'rootdirectory' => 5 } }",
            (
                3,
                "registry['storage']['filesystem']['rootdirectory'] is no path.",
                "For example: '/srv/images'",
            ),
        ),
        (
            "{ 's3' => 'images' }",
            (3, "registry['storage']['s3'] is 'images', but a hash belongs here.", EXAMPLE),
        ),
    ],
)
def test_there_is_exactly_one_driver_with_its_settings(errors, storage, line_message_hint) -> None:
    assert errors(f"registry['storage'] = {storage}") == [line_message_hint]


def test_a_driver_is_pointed_at_where_it_stands(configure) -> None:
    (error,) = configure("registry['storage'] = { 's4' => {} }").errors
    assert (error.span.line, error.span.column) == (1, 25)


@pytest.mark.parametrize(
    ("name", "line"),
    [("MY-VAR", 3), ("1A", 3), ("A B", 3), ("../../etc/cron.d/x", 3), ("", 3)],
)
def test_a_variable_must_be_able_to_be_one(errors, name, line) -> None:
    message = f"registry['env'] has {name!r}, which cannot name an environment variable."
    hint = "Use letters, digits and underscores, as in 'HTTPS_PROXY'."
    assert errors(f"registry['env'] = {{ 'A_1' => 'x', '{name}' => 'x' }}") == [(line, message, hint)]


@pytest.mark.parametrize("name", ["internal_key", "internal_certificate"])
def test_a_key_must_look_like_one(errors, name) -> None:
    message = f"registry['{name}'] holds no PEM: it has no line with -----BEGIN."
    hint = r"Paste the file as it is; in double quotes \n stands for a line break."
    assert errors(f"registry['{name}'] = 'MIIEpAIBAAKCAQEA'") == [(3, message, hint)]
    assert errors(f'registry["{name}"] = "-----BEGIN X-----\\nMII\\n-----END X-----\\n"') == []


@pytest.mark.parametrize(
    ("endpoint", "what"),
    [
        ("'x'", "is no hash"),
        ("{ 'headers' => 'Authorization: x' }", "has headers that are no hash"),
        ("{ 'name' => 'geo_event', 'headers' => { 'Authorization' => 'x' } }", GEO_EVENT),
        ("{ 'name' => 'geo_event' }", GEO_EVENT),
    ],
)
def test_an_endpoint_that_is_none_is_told_by_its_number(errors, endpoint, what) -> None:
    (error,) = errors(f"registry['notifications'] = [{{ 'name' => 'a' }}, {endpoint}]")
    assert error[:2] == (3, f"Endpoint 2 of registry['notifications'] {what}.")
    assert error[2].startswith("For example: registry['notifications'] = [{ 'name' => 'events',")


def test_a_secret_for_gitlab_makes_any_header_do(errors) -> None:
    secret = "gitlab_rails['registry_notification_secret'] = 'x'\n"
    assert errors(secret + "registry['notifications'] = [{ 'name' => 'geo_event' }]") == []


def test_a_registry_needs_an_address(configure) -> None:
    text = "external_url 'https://gitlab.example.com'\nregistry['enable'] = true"
    message = "registry['enable'] is true, but registry_external_url is not set: nobody could reach it."
    assert told(configure(text, url=None)) == [
        (2, message, "Add: registry_external_url 'https://registry.example.com'")
    ]


def test_a_registry_needs_somebody_who_gives_tokens(configure) -> None:
    text = "registry_external_url 'https://registry.example.com'"
    message = "The registry is enabled, but external_url is not set: clients could get no token."
    hint = "Add GitLab's address: external_url 'https://gitlab.example.com'"
    assert told(configure(text, url=None)) == [(1, message, hint)]
    assert told(configure(f"{text}\nregistry['token_realm'] = 'https://t'", url=None)) == []


BOTH = "{} and {} both want port {}."
PORT, ADDR = "registry['nginx']['listen_port']", "registry['registry_http_addr']"
DEBUG, STATUS = "registry['debug_addr']", "nginx['status']['port']"


@pytest.mark.parametrize(
    ("text", "line_message"),
    [
        (f"{DEBUG} = '127.0.0.1:5000'", (3, BOTH.format(DEBUG, ADDR, 5000))),
        (f"{DEBUG} = ':5000'", (3, BOTH.format(DEBUG, ADDR, 5000))),
        (f"{PORT} = 5000", (3, BOTH.format(PORT, ADDR, 5000))),
        (f"{PORT} = '5000'", (3, BOTH.format(PORT, ADDR, 5000))),
        (f"{ADDR} = '0.0.0.0:443'", (3, BOTH.format(PORT, ADDR, 443))),
        (f"{ADDR} = '127.0.0.1:8060'", (3, BOTH.format(STATUS, ADDR, 8060))),
        (f"{STATUS} = 5000", (3, BOTH.format(STATUS, ADDR, 5000))),
        (
            f"registry['nginx']['listen_addresses'] = ['10.0.0.1', '127.0.0.1']\n{PORT} = 5000",
            (4, BOTH.format(PORT, ADDR, 5000)),
        ),
    ],
)
def test_two_programs_cannot_share_a_port(errors, text, line_message) -> None:
    assert errors(text) == [(*line_message, "Give one of them another port.")]


@pytest.mark.parametrize(
    "text",
    [
        f"{DEBUG} = '127.0.0.2:5000'",
        f"registry['nginx']['listen_addresses'] = ['10.0.0.1']\n{PORT} = 5000",
        f"{STATUS} = 443",  # two servers of one nginx
        f"{PORT} = 5000\nregistry['nginx']['enable'] = false",
        f"{PORT} = 5000\nnginx['enable'] = false",
        f"{STATUS} = 5000\nnginx['status']['enable'] = false",
    ],
)
def test_one_port_on_two_addresses_or_of_one_program_is_fine(errors, text) -> None:
    assert errors(text) == []


def test_a_port_of_the_address_is_told_at_the_address(configure) -> None:
    text = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://10.1.2.3:5000'"
    (error,) = told(configure(text, url=None, platform=OMNIBUS))
    assert error[:2] == (2, BOTH.format(PORT, ADDR, 5000))


@pytest.mark.parametrize(
    ("name", "hint"), [("s3v2", "Did you mean 's3'?"), ("swfit", "Did you mean 'swift'?"), ("floppy", "")]
)
def test_only_a_near_name_is_offered(name, hint) -> None:
    assert nearest(name, ["s3", "swift", "gcs"]) == hint


def test_nginx_is_given_versions_of_tls_that_it_knows(configure) -> None:
    [found] = configure("registry['nginx']['ssl_protocols'] = 'TLSv1.2 TLSv9'").diagnostics
    assert (found.severity, found.span.line) == ("warning", 1)
    assert found.message == "registry['nginx']['ssl_protocols'] has 'TLSv9', which nginx does not know."
    assert configure("registry['nginx']['ssl_protocols'] = 'TLSv1.2 TLSv1.3'").diagnostics == ()
