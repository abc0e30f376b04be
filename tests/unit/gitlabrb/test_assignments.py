from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("registry['a'] = 1", {"registry": {"a": 1}}),
        ("registry[:a] = 1", {"registry": {"a": 1}}),
        ('registry["a"]["b"][:c] = 1', {"registry": {"a": {"b": {"c": 1}}}}),
        ("registry[\n'a'\n] = 1", {"registry": {"a": 1}}),
        ("registry['a'] = # not text\n  1", {"registry": {"a": 1}}),
        ("registry['a'] = nginx['b'] = 1", {"registry": {"a": 1}, "nginx": {"b": 1}}),
        ("registry['a'] = nil", {"registry": {"a": None}}),
        ("registry[nil] = 1; registry[1] = 2", {"registry": {None: 1, 1: 2}}),
        ("self.external_url = 'x'", {"external_url": "x"}),
        (
            "self.external_url = self.registry_external_url = 'x'",
            dict.fromkeys(("external_url", "registry_external_url"), "x"),
        ),
        ("host = 'h'\nexternal_url \"http://#{host}\"", {"external_url": "http://h"}),
        ("a = b = 'x'\nroles [a, b]", {"roles": ["x", "x"]}),
        ("a = 1\na = 2\nroles a", {"roles": 2}),
        ("a = a\nroles [a]", {"roles": [None]}),
        ("key = 'a'\nregistry[key] = 1", {"registry": {"a": 1}}),
        (
            "h = { 'a' => 1 }\nh['b'] = 2\nregistry['h'] = h\nh['c'] = 3",
            {"registry": {"h": {"a": 1, "b": 2}}},
        ),
        ("registry['a'] = external_url 'x'", {"registry": {"a": "x"}, "external_url": "x"}),
    ],
)
def test_an_assignment_sets(settings, text: str, expected: dict[str, object]) -> None:
    assert settings(text).values == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "external_url = 'x'",
            (
                "1-19 warning local-variable: this makes a variable external_url and leaves the setting"
                " external_url as it is -> Write it without =: external_url 'value'"
            ),
        ),
        (
            "registry = { 'enable' => true }",
            (
                "1-32 warning local-variable: this makes a variable registry and leaves the setting registry"
                " as it is -> Write: registry['key'] = value"
            ),
        ),
        (
            "registri['a'] = 1",
            "1-9 error unknown-setting: registri is not a setting of Omnibus -> Did you mean registry?",
        ),
        (
            "self.externalurl = 1",
            (
                "6-17 error unknown-setting: externalurl is not a setting of Omnibus"
                " -> Did you mean external_url?"
            ),
        ),
        (
            "external_url['a'] = 1",
            (
                "1-18 error ruby-type-error: external_url is nil, which has no keys"
                " -> A hash has keys: registry['key'] = value."
                " A single value has none: external_url 'https://…'"
            ),
        ),
        (
            "ENV['A'] = 'b'",
            (
                "1-9 error ruby-unsupported: setting an environment variable is not supported"
                " -> Use a local variable: name = 'value'"
            ),
        ),
        (
            "registry.a = 1",
            (
                "1-11 error ruby-unsupported: an assignment to something behind a dot is not supported"
                " -> Write: registry['key'] = value"
            ),
        ),
        (
            "registry['a', 'b'] = 1",
            (
                "1-19 error ruby-unsupported: brackets must hold one key here"
                " -> Write: registry['key'] or registry['a']['b']"
            ),
        ),
        (
            "registry[['a']] = 1",
            "1-16 error ruby-unsupported: an array is not supported as a key -> Use a string.",
        ),
        (
            "ENV = 'x'",
            "1-4 error ruby-unsupported: ENV cannot be replaced -> Choose another name.",
        ),
        (
            "$host = 'x'",
            (
                "1-6 error ruby-unsupported: a global variable is not supported"
                " -> Use a local variable: name = 'value'"
            ),
        ),
        (
            "nil = 1",
            (
                "1-4 error ruby-unsupported: an assignment to nil, true or false is not supported"
                " -> Write: registry['key'] = value"
            ),
        ),
        (
            "registry['a'] = 1,\nregistry['b'] = 2",
            (
                "17-2:18 error ruby-unsupported: a list without brackets is not supported"
                " -> Remove the comma at the end of the line, or write brackets: ['a', 'b']"
            ),
        ),
        (
            "registry['a'] =\nregistry['b'] = 1",
            (
                "15-16 warning value-on-next-line: there is no value behind this =, so Ruby takes the"
                " next line"
                " for it -> Write the value on the same line."
            ),
        ),
        (
            "registry['a'] += 1",
            (
                "1-19 error ruby-unsupported: operator + of a hash is not supported"
                " -> Write the resulting value."
            ),
        ),
        (
            "end = 1",
            "1-4 error ruby-syntax: end does not belong here -> Remove it.",
        ),
    ],
)
def test_an_assignment_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(text) == [f"1:{expected}"]


def test_both_sides_are_checked(told) -> None:
    assert [line.split(" ->")[0] for line in told("registri['a'] = True")] == [
        "1:1-9 error unknown-setting: registri is not a setting of Omnibus",
        "1:17-21 error ruby-syntax: Ruby does not know True",
    ]


def test_a_variable_of_a_refused_statement_is_no_second_error(told) -> None:
    assert len(told("while true\n  host = 'a'\nend\nexternal_url host")) == 1
    assert len(told("host = File.read('/x')\nexternal_url \"http://#{host}\"")) == 1


def test_from_the_assignment_on_the_name_means_the_variable(settings) -> None:
    found = settings("registry['a'] = 1\nregistry = { 'a' => 2 }\nregistry['b'] = 3\nroles registry['b']")
    assert found.values == {"registry": {"a": 1}, "roles": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("registry['a'] ||= 'x'", {}),  # reading has made it, and a hash is true
        ("a ||= 3\na += 1\nregistry['a'] = a", 4),
        ("registry['a'] = 1\nregistry['a'] += 1\nregistry['a'] *= 5", 10),
        ("registry['a'] = 1\nregistry['a'] &&= 2", 2),
        ("Gitlab['registry']['a'] = 1", 1),
        ("x = [1]\nregistry['a'] = x\nx << 2", [1]),
        ("registry['a'] = [1, 2]\nregistry['a'] << 3", [1, 2, 3]),
    ],
)
def test_an_operator_changes_what_is_there(settings, text: str, expected: object) -> None:
    assert settings(text).get("registry", "a") == expected


def test_gitlab_has_every_setting(settings, told) -> None:
    text = "Gitlab['external_url'] = 'http://x'\nGitlab[:roles] = Gitlab['external_url']"
    assert settings(text).values == {"external_url": "http://x", "roles": "http://x"}
    assert "unknown-setting" in told("Gitlab['registri'] = 1")[0]


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("registry['a'] ||= 'x'", 1),
        ("registry['a'] ||= {}", 0),
        ("registry['a'] = false\nregistry['a'] ||= 'x'", 0),
        ("registry['a'] = { 'b' => 1 }\nregistry['a'] ||= 'x'", 0),
        ("a ||= 'x'\nb = {}\nb['c'] ||= 'x'", 0),
    ],
)
def test_what_a_read_has_made_a_hash_is_never_set(told, text: str, number: int) -> None:
    assert sum("||= sets nothing here" in line for line in told(text)) == number
