from __future__ import annotations

import pytest

from glctl.gitlabrb.model import Setting
from glctl.spans import Span


def line(number: int, column: int, end_column: int) -> Span:
    return Span("gitlab.rb", number, column, number, end_column)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Reading makes an empty hash, and what is made stays.
        ("roles registry['a']['b']", {"registry": {"a": {"b": {}}}, "roles": {}}),
        # A string and a symbol are one key.
        ("registry['a'] = 1\nregistry[:a] = 2", {"registry": {"a": 2}}),
        ("registry['h'] = { a: 1, 'a' => 2 }", {"registry": {"h": {"a": 2}}}),
        # Arrays and plain hashes are copied when they are stored.
        ("a = { 'x' => 1 }\nregistry['a'] = a\na['x'] = 2", {"registry": {"a": {"x": 1}}}),
        (
            "registry['a'] = [{ 'x' => 1 }]\nregistry['b'] = registry['a']",
            {"registry": {"a": [{"x": 1}], "b": [{"x": 1}]}},
        ),
        # A hash of settings is shared.
        (
            "registry['a'] = { 'x' => 1 }\nregistry['b'] = registry['a']\nregistry['b']['x'] = 2",
            {"registry": {"a": {"x": 2}, "b": {"x": 2}}},
        ),
        # A hash given as a whole stays a plain one: it has both keys, and reading makes nothing.
        ("registry({ a: 1 })\nregistry['a'] = 2\nroles registry['b']", {"registry": {"a": 2}, "roles": None}),
        # nil is kept, an empty hash that was assigned as well.
        ("registry['a'] = nil\nnginx['b'] = {}", {"registry": {"a": None}, "nginx": {"b": {}}}),
    ],
)
def test_settings_are_kept_as_omnibus_does(settings, text: str, expected: object) -> None:
    assert settings(text).values == expected


def test_each_key_has_the_place_that_set_it(settings) -> None:
    found = settings(
        "external_url 'x'\n"
        "registry['a']['b'] = 1\n"
        "registry['s'] = { 's3' => { 'bucket' => 'b' },\n"
        "  k: 1 }\n"
        "registry['a']['c'] = [{ 'd' => 1 }]\n"
        "nginx 'e' => 2\n"
    )
    assert found.spans == {
        ("external_url",): line(1, 1, 17),
        ("registry", "a", "b"): line(2, 1, 23),
        ("registry", "s"): Span("gitlab.rb", 3, 1, 4, 9),
        ("registry", "s", "s3"): line(3, 19, 46),
        ("registry", "s", "s3", "bucket"): line(3, 29, 44),
        ("registry", "s", "k"): line(4, 3, 7),
        ("registry", "a", "c"): line(5, 1, 36),
        ("nginx",): line(6, 1, 15),
        ("nginx", "e"): line(6, 7, 15),
    }
    assert found.span("registry", "a", "c", "d") == line(5, 1, 36)
    assert found.span("registry", "a") is None


def test_a_shared_hash_keeps_the_places_of_its_keys(settings) -> None:
    found = settings("registry['a']['b'] = 1\nnginx['c'] = registry['a']\nnginx['c']['d'] = 2")
    assert found.spans == {
        ("registry", "a", "b"): line(1, 1, 23),
        ("registry", "a", "d"): line(3, 1, 20),
        ("nginx", "c"): line(2, 1, 27),
        ("nginx", "c", "b"): line(1, 1, 23),
        ("nginx", "c", "d"): line(3, 1, 20),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("external_url 'a'\nexternal_url 'b'", [Setting(("external_url",), "a", line(1, 1, 17))]),
        ("registry['a'] = 1\nregistry['a'] = 2", [Setting(("registry", "a"), 1, line(1, 1, 18))]),
        (
            "registry['a']['b'] = 1\nregistry['a']['c'] = 2\nregistry['a'] = {}",
            [
                Setting(("registry", "a", "b"), 1, line(1, 1, 23)),
                Setting(("registry", "a", "c"), 2, line(2, 1, 23)),
            ],
        ),
        (
            "registry['a'] = { 'b' => 1 }\nregistry['a']['c'] = 2\nregistry['a'] = nil",
            [Setting(("registry", "a"), {"b": 1, "c": 2}, line(1, 1, 29))],
        ),
        ("registry['a'] = 1\nregistry({})", [Setting(("registry", "a"), 1, line(1, 1, 18))]),
        ("roles registry['a']\nregistry['a'] = 1", []),
        ("h = {}\nh['a'] = 1\nh['a'] = 2", []),
    ],
)
def test_what_a_later_line_replaces_is_recorded(settings, text: str, expected: list[Setting]) -> None:
    assert list(settings(text).overwritten) == expected


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)


def test_what_is_read_before_it_is_set_has_its_place(settings) -> None:
    reads = settings(
        "external_url registry['a'].to_s\nregistry['b']['c'] = 1\nregistry['c'] = registry['b']['c']"
    ).reads
    assert {path: span.line for path, span in reads.items()} == {("registry", "a"): 1, ("registry", "b"): 2}
