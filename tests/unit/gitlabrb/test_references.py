from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("registry['a'] = 1\nroles registry['a']", {"registry": {"a": 1}, "roles": 1}),
        ("registry['a'] = { 'b' => 1 }\nroles registry[:a][:b]", {"registry": {"a": {"b": 1}}, "roles": 1}),
        ("roles registry['a']", {"registry": {"a": {}}, "roles": {}}),
        ("roles registry['a']['b']", {"registry": {"a": {"b": {}}}, "roles": {}}),
        (
            "registry({ a: 1 })\nroles [registry['a'], registry[:a]]",
            {"registry": {"a": 1}, "roles": [None, 1]},
        ),
        ("registry({ 'a' => 1 })\nroles registry['b']", {"registry": {"a": 1}, "roles": None}),
        ("h = { a: 1 }\nroles [h['a'], h[:a]]", {"roles": [None, 1]}),
        ("a = [1, 2]\nroles [a[0], a[-1], a[2]]", {"roles": [1, 2, None]}),
        ("roles external_url", {"roles": None}),
        ("external_url 'x'\nroles external_url", {"external_url": "x", "roles": "x"}),
        ("roles ENV['HOST']", {"roles": "host.example.com"}),
        ("roles ENV['MISSING']", {"roles": None}),
        ("name = 'HOST'\nroles ENV[name]", {"roles": "host.example.com"}),
    ],
)
def test_a_reference_has_its_value(settings, text: str, expected: dict[str, object]) -> None:
    assert settings(text).values == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("True", "7-11 error ruby-syntax: Ruby does not know True -> Write: true"),
        ("None", "7-11 error ruby-syntax: Ruby does not know None -> Write: nil"),
        (
            "off",
            (
                "7-10 error ruby-syntax: Ruby does not know off"
                " -> Write: false, or put the word in quotes if it is meant as text"
            ),
        ),
        (
            "hunter2",
            (
                "7-14 error unknown-setting: hunter2 is neither a setting nor a variable"
                " -> Text needs quotes: '…'."
            ),
        ),
        (
            "externalurl",
            (
                "7-18 error unknown-setting: externalurl is neither a setting nor a variable"
                " -> Text needs quotes: '…'. Did you mean external_url?"
            ),
        ),
        (
            "“a”",
            (
                "7-10 error ruby-syntax: a typographic quote or space, which is a letter to Ruby"
                " -> Write a straight quote ' or \" or an ordinary space."
            ),
        ),
        (
            "\u00a0'a'",
            (
                "7-8 error ruby-syntax: a typographic quote or space, which is a letter to Ruby"
                " -> Write a straight quote ' or \" or an ordinary space."
            ),
        ),
        ("end", "7-10 error ruby-syntax: end does not belong here -> Remove it."),
        (
            "registry[dir]",
            (
                "16-19 error unknown-setting: dir is neither a setting nor a variable"
                " -> Text needs quotes: '…'."
            ),
        ),
        (
            "ENV",
            "7-10 error ruby-unsupported: ENV as a whole is not supported -> Name the variable: ENV['NAME']",
        ),
        (
            "ENV[:HOST]",
            (
                "7-17 error ruby-type-error: the name of an environment variable is a string -> Write:"
                " ENV['NAME']"
            ),
        ),
        (
            "ENV['LATIN1']",
            "7-20 error not-text: the environment variable LATIN1 is not UTF-8 -> Set it to UTF-8 text.",
        ),
        (
            "5['a']",
            (
                "7-13 error ruby-type-error: 5 is a number, which has no keys"
                " -> A hash has keys: registry['key'] = value."
                " A single value has none: external_url 'https://…'"
            ),
        ),
        (
            "[]['a']",
            (
                "7-14 error ruby-type-error: [] is an array, which has no keys"
                " -> A hash has keys: registry['key'] = value."
                " A single value has none: external_url 'https://…'"
            ),
        ),
        (
            "'b' + registry ['a']",
            "22-23 error ruby-syntax: no space belongs before this bracket -> Write: registry['key'] = value",
        ),
    ],
)
def test_a_reference_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(f"roles {text}") == [f"1:{expected}"]


def test_a_word_of_any_length_gives_a_short_message(told) -> None:
    (line,) = told("a" * 100_000)
    assert len(line) < 200


def test_a_word_that_may_be_a_secret_is_not_repeated(told) -> None:
    for text in (
        "registry['http_secret'] = hunter2",
        "registry['http_secret'] = hunter2 'x'",
        "x = { 'secretkey' => hunter2, 'bucket' => 1 }",
        "registry['http_secret'] =\n  hunter2",
    ):
        assert "hunter2" not in "".join(told(text))


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
