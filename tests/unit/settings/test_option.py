import pytest

from glctl.gitlabrb.reader import evaluate
from glctl.settings.option import Option, counts_as_true, ruby_name, ruby_text, ruby_value
from glctl.settings.schema import NAMES


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("external_url", "external_url"),
        ("registry.log_level", "registry['log_level']"),
        ("registry.nginx.listen_port", "registry['nginx']['listen_port']"),
    ],
)
def test_keys_are_named_as_gitlab_rb_writes_them(key: str, name: str) -> None:
    assert ruby_name(key) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nil"),
        (True, "true"),
        (5, "5"),
        ("it's", r"'it\'s'"),
        (r"a\b", r"'a\\b'"),
        ('a\nb #{x} "y"', r'"a\nb \#{x} \"y\""'),
        (["a", 1], "['a', 1]"),
        ({}, "{}"),
        ({"a": {"b": False}}, "{ 'a' => { 'b' => false } }"),
    ],
)
def test_values_are_written_as_gitlab_rb_does(value: object, text: str) -> None:
    assert ruby_value(value) == text
    assert evaluate(f"roles({text})", "x", NAMES).get("roles") == value


def test_the_path_of_an_option_is_its_keys() -> None:
    assert Option("registry.nginx.dir", "path", "…").path == ("registry", "nginx", "dir")


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (Option("external_url", "url", "…", example="'https://x'"), "external_url 'https://x'"),
        (Option("registry.uid", "integer", "…", example="986"), "registry['uid'] = 986"),
        (Option("registry.uid", "integer", "…"), ""),
    ],
)
def test_a_sample_is_a_line_of_gitlab_rb(option: Option, line: str) -> None:
    assert option.sample == line


@pytest.mark.parametrize(
    ("value", "true"),
    [
        (None, False),
        (False, False),
        (True, True),
        ("no", True),
        ("", True),
        (0, True),
        ({}, True),
        ([], True),
    ],
)
def test_only_nil_and_false_count_as_false(value: object, true: bool) -> None:
    assert counts_as_true(value) is true


@pytest.mark.parametrize(
    ("option", "value", "unset"),
    [
        (Option("a", "path", "…"), None, True),
        (Option("a", "path", "…", default="/x"), None, True),
        (Option("a", "path", "…"), False, True),
        (Option("a", "hash", "…"), False, True),
        (Option("a", "string", "…"), False, True),
        (Option("a", "path", "…", default="/x"), False, False),
        (Option("a", "path", "…", default="/x", or_default=True), False, True),
        (Option("a", "bool", "…"), False, False),
        (Option("a", "limit", "…"), False, False),
        (Option("a", "line", "…"), False, False),
        (Option("a", "string", "…"), "", False),
        (Option("a", "integer", "…"), 0, False),
    ],
)
def test_nil_says_nothing_and_false_where_it_can_mean_nothing_else(option, value, unset) -> None:
    assert option.is_unset_by(value) is unset


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (5, "5"),
        (1.5, "1.5"),
        (True, "true"),
        (None, ""),
        (["x", 'y"', None, False], '["x", "y\\"", nil, false]'),
        ({"a": 1, "b": [{}]}, '{"a"=>1, "b"=>[{}]}'),
    ],
)
def test_text_is_as_ruby_writes_it(value: object, text: str) -> None:
    assert ruby_text(value) == text
