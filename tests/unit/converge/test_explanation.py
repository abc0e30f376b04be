from __future__ import annotations

import pytest

from glctl.converge.desired import Configuration, understand
from glctl.converge.explanation import explain, matching, means_several, unread
from glctl.errors import UsageError
from glctl.gitlabrb.reader import evaluate
from glctl.paths import Root
from glctl.settings.keys import parse_key
from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.schema import NAMES
from glctl.settings.versions import NEWEST

TEXT = """external_url 'http://gitlab.example.com'
registry_external_url 'https://registry.example.com:5050'
registry['storage'] = { 's3' => {
  'bucket' => 'images', 'secretkey' => 'hunter2' } }
registry_nginx['proxy_set_headers'] = { 'X-A' => 'b' }
registry['debug_adr'] = '127.0.0.1:5001'
gitlab_rails['smtp_password'] = 'hunter2'
gitaly['configuration'] = { storage: [{ name: 'default' }] }
pages_external_url 'https://pages.example.com'
"""


@pytest.fixture
def configuration() -> Configuration:
    return understood(TEXT)


def understood(text: str, platform=DEBIAN) -> Configuration:
    return understand(evaluate(text, "gitlab.rb", NAMES), Root(), platform, NEWEST)


@pytest.mark.parametrize(
    ("key", "value", "default", "origin"),
    [
        ("registry_external_url", "https://registry.example.com:5050", None, "gitlab.rb:2:1"),
        ("registry.log_level", "info", "info", "default"),
        ("registry.nginx.listen_port", 5050, None, "derived from registry_external_url"),
        ("registry.http_secret", None, None, "generated"),
        ("registry.storage.s3.bucket", "images", None, "gitlab.rb:4:3"),
        ("registry.storage.cache.blobdescriptor", "inmemory", None, "default"),
        ("registry.storage.s3.chunksize", None, None, "default"),
        ("registry.storage.swift.authURL", None, None, "default"),
        ("registry.storage.redirect.disable", None, None, "default"),
        ("registry.env.GODEBUG", "tlsmlkem=0", "tlsmlkem=0", "derived (what every registry needs)"),
        ("registry_nginx['proxy_set_headers']['X-A']", "b", None, "gitlab.rb:5:41"),
    ],
)
def test_value_default_and_origin(configuration, key, value, default, origin) -> None:
    found = explain(configuration, parse_key(key))
    assert (found.default, str(found.known.origin)) == (default, origin)
    if value is not None:
        assert found.known.value == value


def test_a_part_that_gitlab_rb_does_not_set_is_not_said_to_be_set(configuration) -> None:
    assert explain(configuration, ("registry", "storage", "s3", "region")).known.value is None


def test_the_chain_of_derivations() -> None:
    found = explain(understood("external_url 'https://gitlab.example.com'", OMNIBUS), ("registry", "enable"))
    chain = [(depth, known.key, str(known.origin)) for depth, known in found.sources]
    assert chain == [
        (1, "letsencrypt.enable", "derived from external_url (a https address without a certificate)"),
        (2, "external_url", "gitlab.rb:1:1"),
    ]


def test_a_fact_of_the_host_ends_a_chain() -> None:
    text = "registry['nginx']['https'] = true\nexternal_url 'http://a.b'\nregistry_external_url 'http://c.d'"
    found = explain(understood(text), ("registry", "nginx", "ssl_certificate"))
    [(depth, known)] = found.sources
    assert (depth, known.key, known.origin) == (1, "this host's name", None)


def test_what_glctl_makes_nothing_of(configuration) -> None:
    found = explain(configuration, ("gitlab_rails", "smtp_password"))
    assert (found.option, found.effects, str(found.known.origin)) == (None, None, "gitlab.rb:7:1")
    assert str(found.known.value) == "[MASKED]"
    assert explain(configuration, ("gitaly", "nosuch")).known.origin is None
    assert explain(configuration, ("pages_external_url",)).known.value == "https://pages.example.com"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (("registry", "nosuch"), "There is no setting registry['nosuch']."),
        (("registry", "log_level", "x"), "There is no setting registry['log_level']['x']."),
        (("nosuch",), "There is no setting nosuch."),
        (("external_url", "x"), "There is no setting external_url['x']."),
        (("gitlab_rails", "registry_hots"), "There is no setting gitlab_rails['registry_hots']."),
        (
            ("registry", "debug_adr"),
            "There is no setting registry['debug_adr']. gitlab.rb:6:1 sets it all the same, without effect.",
        ),
    ],
)
def test_what_there_is_not(configuration, path, message) -> None:
    with pytest.raises(UsageError) as caught:
        explain(configuration, path)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("key", "message", "hint"),
    [
        ("s3.buckett", "There is no setting registry['storage']['s3']['buckett'].", "Did you mean 'bucket'?"),
        ("s33.bucket", "There is no setting registry['storage']['s33'].", "Did you mean 's3'?"),
        ("delete.x", "There is no setting registry['storage']['delete']['x'].", "There are enabled."),
    ],
)
def test_what_no_storage_driver_has(configuration, key, message, hint) -> None:
    with pytest.raises(UsageError) as caught:
        explain(configuration, parse_key(f"registry.storage.{key}"))
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_part_of_an_array_is_told_of_with_the_whole(configuration) -> None:
    with pytest.raises(UsageError) as caught:
        explain(configuration, parse_key("registry['notifications'][0]['url']"))
    assert caught.value.message == "registry['notifications'] is an array, and told of as a whole."
    assert caught.value.hint == "Ask for it: glctl explain registry.notifications"


def test_what_omnibus_has_given_up(configuration) -> None:
    found = explain(configuration, ("git_data_dirs",))
    assert found.fate.startswith("It was removed in GitLab 18.0. gitaly['configuration']")
    assert explain(configuration, ("registry", "dir")).fate == ""


def test_of_a_gitlab_rb_with_errors_no_effects_are_told() -> None:
    found = explain(understood("registry['storage'] = 5"), ("registry", "dir"))
    assert (found.effects, found.known.value) == (None, "/var/opt/gitlab/registry")


def test_what_means_several(configuration) -> None:
    several = [
        path
        for path in (("registry",), ("registry", "*"), ("gitaly",), ("git_data_dirs",), ("roles",))
        if means_several(configuration, path)
    ]
    assert several == [("registry",), ("registry", "*"), ("gitaly",)]


@pytest.mark.parametrize(
    ("key", "some", "others"),
    [
        ("registry", {"registry.dir", "registry.nginx.dir", "registry.debug_adr"}, {"nginx.dir"}),
        ("registry.nginx", {"registry.nginx.dir"}, {"registry.dir", "registry.nginx.gzip_types"}),
        ("*port*", {"registry.nginx.listen_port", "nginx.status.port"}, {"registry.dir"}),
        ("gitaly", {"gitaly.configuration"}, {"registry.dir"}),
        ("patroni", set(), {"registry.dir"}),
    ],
)
def test_all_that_a_section_or_a_pattern_means(configuration, key, some, others) -> None:
    keys = {known.key for known in matching(configuration, parse_key(key))}
    assert some <= keys
    assert not others & keys


def test_what_is_set_and_not_read(configuration) -> None:
    assert [(known.key, known.origin.span.line) for known in unread(configuration)] == [
        ("registry.debug_adr", 6),
        ("gitlab_rails.smtp_password", 7),
        ("gitaly.configuration", 8),
        ("pages_external_url", 9),
    ]


def test_what_is_set_in_parts_is_where_its_first_part_is() -> None:
    configuration = understood("\ngitaly['configuration']['b'] = 1\ngitaly['configuration']['a'] = 2")
    [known] = unread(configuration)
    assert (known.key, known.value, str(known.origin)) == (
        "gitaly.configuration",
        {"b": 1, "a": 2},
        "gitlab.rb:2:1",
    )
    assert explain(configuration, ("gitaly", "configuration")).known == known
