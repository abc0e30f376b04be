from typing import Any

import pytest

from glctl.secret import (
    MASK,
    Secret,
    credentials_in,
    is_secret_name,
    mask,
    mask_line,
    mask_lines,
    mask_text,
    reveal,
    wrap,
)


@pytest.mark.parametrize(
    "shown", [str, repr, "{}".format, "{:>20}".format, "%s".__mod__, lambda s: f"{s!r} {[s]}"]
)
def test_a_secret_shows_only_its_mask(shown: Any) -> None:
    text = shown(Secret("hunter2"))
    assert "hunter2" not in text
    assert MASK in text


def test_only_reveal_gives_the_value() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


def test_secrets_are_equal_by_value_and_to_no_plain_string() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret("a")


@pytest.mark.parametrize(
    "name",
    [
        "http_secret",
        "secretkey",
        "secretKey",
        "secret_access_key",
        "accesskey",
        "sessiontoken",
        "accountkey",
        "password",
        "passphrase",
        "internal_key",
        "private_key",
        "Authorization",
        "REGISTRY_STORAGE_S3_SECRETKEY",
        "redis_password",
        "token",
        "api_token",
        "dsn",
        "credentials",
    ],
)
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "internal_key_path",
        "token_realm",
        "rootcertbundle",
        "registry_key_path",
        "bucket",
        "keyid",
        "monkey",
        "generate_secrets_json_file",
        "tokens_enabled",
        "password_file",
        "host",
        "port",
        "NoCredentialProviders",
    ],
)
def test_names_that_only_look_like_one(name: str) -> None:
    assert not is_secret_name(name)


CONFIGURATION = {
    "storage": {"s3": {"bucket": "images", "secretkey": "hunter2"}},
    "endpoints": [{"headers": {"Authorization": ["Bearer a", "Bearer b"]}, "url": "http://a"}],
    "http_secret": "",
    "secret_number": 7,
}
WRAPPED = {
    "storage": {"s3": {"bucket": "images", "secretkey": Secret("hunter2")}},
    "endpoints": [
        {"headers": {"Authorization": [Secret("Bearer a"), Secret("Bearer b")]}, "url": "http://a"}
    ],
    "http_secret": "",
    "secret_number": 7,
}


def test_wrap_finds_secrets_at_any_depth() -> None:
    assert wrap(CONFIGURATION) == WRAPPED


def test_everything_below_a_secret_name_is_secret() -> None:
    assert wrap({"credentials": {"user": "a", "list": ["b"]}}) == {
        "credentials": {"user": Secret("a"), "list": [Secret("b")]}
    }


def test_wrap_takes_the_name_of_a_single_value() -> None:
    assert wrap("hunter2", "db_password") == Secret("hunter2")
    assert wrap("hunter2", "host") == "hunter2"


def test_reveal_undoes_wrap() -> None:
    assert reveal(WRAPPED) == CONFIGURATION


def test_mask_takes_the_password_out_of_a_url() -> None:
    assert mask({"proxy": ["http://user:hunter2@proxy/"]}) == {"proxy": [f"http://{MASK}@proxy/"]}


def test_mask_leaves_nothing_to_read() -> None:
    masked = mask(WRAPPED)
    assert masked["storage"] == {"s3": {"bucket": "images", "secretkey": MASK}}
    assert masked["endpoints"][0]["headers"] == {"Authorization": [MASK, MASK]}


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("registry['http_secret'] = 'hunter2'", f"registry['http_secret'] = {MASK}"),
        ("  secretkey: hunter2", f"  secretkey: {MASK}"),
        ('{"secretkey": "hunter2", "bucket": "images"}', f'{{"secretkey": {MASK}, "bucket": "images"}}'),
        ("'password' => 'hunter2' }", f"'password' => {MASK} }}"),
        ("REGISTRY_HTTP_SECRET=hunter2", f"REGISTRY_HTTP_SECRET={MASK}"),
        ("registry['internal_key'] = 'two words'", f"registry['internal_key'] = {MASK}"),
        ("proxy: http://user:hunter2@proxy.example.com/", f"proxy: http://{MASK}@proxy.example.com/"),
        ("MIIEpAIBAAKCAQEA1sB3kX9w0PqLr7vZ2mYc8TtUe4Fh6Jg5", MASK),
        (
            '    proxy_set_header Authorization "Basic hunter2 x";',
            f"    proxy_set_header Authorization {MASK};",
        ),
        ("    proxy_set_header Host $http_host;", "    proxy_set_header Host $http_host;"),
        ("bucket: images", "bucket: images"),
        ("registry_external_url 'http://r'", "registry_external_url 'http://r'"),
        ("", ""),
    ],
)
def test_mask_line(line: str, masked: str) -> None:
    assert mask_line(line) == masked


@pytest.mark.parametrize(
    ("block", "masked"),
    [
        (
            ["a:", "  secretkey: |", "    one", "", "    two", "  b: 1"],
            ["", f"  secretkey: {MASK}", f"    {MASK}", "", f"    {MASK}", ""],
        ),
        (["Authorization:", "- Bearer x", "- Bearer y", "url: http://a"], ["", f"{MASK}", f"{MASK}", ""]),
        (["password: hunter2", "  below: nothing"], [f"password: {MASK}", ""]),
        (["bucket:", "  images"], ["", ""]),
    ],
)
def test_mask_lines_masks_what_stands_below_a_secret_name(block: list[str], masked: list[str]) -> None:
    assert mask_lines(block) == [new or old for old, new in zip(block, masked, strict=True)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("httpSink{https://bob:pw@hook/x}", "httpSink{https://[MASKED]@hook/x}"),
        ("GET /v2/a?_state=abc&digest=sha256:1 202", "GET /v2/a?[MASKED]&digest=sha256:1 202"),
        ("http://s3/b?X-Amz-Signature=b&X-Amz-Date=c", "http://s3/b?[MASKED]&[MASKED]"),
        ("Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln rest", "Bearer [MASKED] rest"),
        ("Authorization: Basic abc", "Authorization: [MASKED]"),
        ("Authorization: AWS4 Credential=a/b, Signature=c", "Authorization: [MASKED], [MASKED]"),
        ("sent Bearer glpat-0123456789abcdefgh again", "sent Bearer [MASKED] again"),
        ('Bearer realm="https://gitlab.example.com/jwt/auth"',) * 2,
        ("x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y", "x [MASKED] y"),
        # Letters that are equal but for their case to those of ASCII: \u017f to s, \u212a to k.
        ("pa\u017f\u017fword=hunter2", "pa\u017f\u017fword=[MASKED]"),
        ("x?API_\u212aEY=a", "x?[MASKED]"),
        # What an administrator needs to see stays, however long it is.
        ("mkdir /var/opt/gitlab/shared/registry/docker/registry/v2: denied",) * 2,
        (f"sha256:{'a' * 64}",) * 2,
        ('token signed by untrusted key with ID: "TOKE:NL6Q"',) * 2,
    ],
)
def test_credentials_in_foreign_text_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("rootdirectory: /srv/gitlab/registry/images/storage/primary", None),
        ("-----BEGIN KEY-----", None),
        ("MIIEpAIBAAKCAQEA0vPKx8kz5sV6aBfZ5mJcBvAy8zq5/Wl1", "[MASKED]"),
        ("x 0123456789abcdef0123456789abcdef0123456789abcdef y", "x [MASKED] y"),
    ],
)
def test_key_material_is_told_from_a_long_path(line: str, masked: str | None) -> None:
    assert mask_line(line) == (line if masked is None else masked)


def test_a_header_with_an_api_key_is_secret() -> None:
    assert is_secret_name("X-Api-Key")


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("x = { 'secretkey' => 'it's a b' }", "x = { 'secretkey' => [MASKED]"),
        ("registry['http_secret'] = 'it's", "registry['http_secret'] = [MASKED]"),
        ('{"secretkey":"a","bucket":"b"}', '{"secretkey":[MASKED],"bucket":"b"}'),
    ],
)
def test_a_quote_within_a_secret_does_not_end_it(line: str, masked: str) -> None:
    assert mask_line(line) == masked


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a http://user:pw@host", ["user:pw"]),
        ('proxy_set_header Authorization "Basic x";', ['"Basic x";']),
        (
            "MIIEpAIBAAKCAQEA0vPKx8kz5sV6aBfZ5mJcBvAy8zq5/Wl1",
            ["MIIEpAIBAAKCAQEA0vPKx8kz5sV6aBfZ5mJcBvAy8zq5/Wl1"],
        ),
        ("GET /v2/a?_state=abc&digest=1", ["_state=abc"]),
        ("/srv/gitlab/registry/images/storage/primary", []),
    ],
)
def test_what_is_a_credential_by_its_looks(line: str, found: list[str]) -> None:
    assert [line[start:end] for start, end in credentials_in(line)] == found


def test_a_long_name_is_judged_as_a_short_one() -> None:
    assert is_secret_name("a" * 1000 + "_password")
    assert not is_secret_name("a" * 1000)
