import pytest

from glctl.errors import UsageError
from glctl.settings.keys import (
    enclosing,
    is_pattern,
    is_section,
    modern,
    nearest_option,
    parse_key,
    unknown_setting,
)


@pytest.mark.parametrize(
    "text",
    [
        "registry['nginx']['listen_port']",
        'registry["nginx"]["listen_port"]',
        "registry[:nginx][:listen_port]",
        "registry[nginx][listen_port]",  # what a shell leaves of the first
        "registry.nginx.listen_port",
        "registry['nginx'].listen_port",
        "registry.nginx['listen_port']",
        "registry_nginx['listen_port']",
    ],
)
def test_one_setting_in_all_spellings(text: str) -> None:
    assert parse_key(text) == ("registry", "nginx", "listen_port")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("registry_external_url", ("registry_external_url",)),
        ("registry_nginx", ("registry", "nginx")),
        ("registry['env']['A.B']", ("registry", "env", "A.B")),
        ("nginx.status.options.X-Real-IP", ("nginx", "status", "options", "X-Real-IP")),
        ("registry.*", ("registry", "*")),
        ("*port*", ("*port*",)),
    ],
)
def test_other_keys(text: str, path: tuple[str, ...]) -> None:
    assert parse_key(text) == path


@pytest.mark.parametrize(
    "text",
    [".", "registry.", "registry..dir", "registry['dir", "registry['dir\"]", "registry dir", "'a'"],
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_key(text)
    assert caught.value.message == f"There is no setting {text}."
    assert "registry.debug_addr" in caught.value.hint


def test_an_empty_key_is_told() -> None:
    with pytest.raises(UsageError, match="KEY is empty"):
        parse_key("")


def test_what_a_path_means() -> None:
    assert is_pattern(("registry", "*"))
    assert is_pattern(("nginx", "ssl_?"))
    assert not is_pattern(("registry", "dir"))
    sections = [("registry",), ("registry", "nginx"), ("nginx", "status"), ("gitaly",)]
    assert all(map(is_section, sections))
    assert not any(map(is_section, [("registry", "dir"), ("registry", "storage"), ("external_url",)]))


def test_the_option_around_a_part_of_a_value() -> None:
    assert enclosing(("registry", "storage", "s3", "bucket")) == "registry.storage"
    assert enclosing(("registry", "dir")) == "registry.dir"
    assert enclosing(("registry", "nosuch")) is None


def test_the_older_spelling() -> None:
    assert modern(("registry_nginx", "dir")) == ("registry", "nginx", "dir")
    assert modern(("registry", "dir")) == ("registry", "dir")


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("registry.debug_adr", "registry.debug_addr"),
        ("registry.listen_port", "registry.nginx.listen_port"),
        ("registry.log_level.deeper", "registry.log_level"),
        ("registry_external_ulr", "registry_external_url"),
        ("debug_addr", "registry.debug_addr"),
        ("gitlab_rails.registry_hots", "gitlab_rails.registry_host"),
        ("registry.nosuch", None),
        ("nosuch", None),
    ],
)
def test_the_nearest_in_its_section(key: str, near: str | None) -> None:
    assert nearest_option(tuple(key.split("."))) == near


def test_what_is_said_of_what_there_is_not() -> None:
    assert nearest_option(("registry", "debug_adr"), likeness=0.99) is None
    error = unknown_setting(("registry", "debug_adr"), " Line 3 sets it.")
    assert error.message == "There is no setting registry['debug_adr']. Line 3 sets it."
    assert error.hint == "Did you mean registry['debug_addr']?"
    assert unknown_setting(("xyzzy",)).hint == "glctl show-config lists them all."
