from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("external_url 'x'", {"external_url": "x"}),
        ('external_url "x"', {"external_url": "x"}),
        ("external_url('x')", {"external_url": "x"}),
        ("external_url ('x')", {"external_url": "x"}),
        ("external_url(\n  'x',\n)", {"external_url": "x"}),
        ("external_url'x'", {"external_url": "x"}),
        ("self.external_url 'x'", {"external_url": "x"}),
        ("self.external_url('x')", {"external_url": "x"}),
        ("external_url nil", {"external_url": None}),
        ("external_url -1", {"external_url": -1}),
        ("external_url 'a', 'b'", {"external_url": ["a", "b"]}),
        ("external_url 'a',\n  'b'", {"external_url": ["a", "b"]}),
        ("roles ['a', 'b']", {"roles": ["a", "b"]}),
        ("roles 'a', b: 1", {"roles": ["a", {"b": 1}]}),
        ("registry({ 'a' => 1, b: { c: 2 } })", {"registry": {"a": 1, "b": {"c": 2}}}),
        ("registry 'a' => 1, b: 2", {"registry": {"a": 1, "b": 2}}),
        ("registry(\n  a: 1,\n  b: 2,\n)", {"registry": {"a": 1, "b": 2}}),
        ("registry({})", {"registry": {}}),
        ("external_url registry_external_url 'x'", {"external_url": "x", "registry_external_url": "x"}),
        ("external_url 'a'; registry_external_url 'b'", {"external_url": "a", "registry_external_url": "b"}),
        ("roles [external_url('a'), external_url]", {"roles": ["a", "a"], "external_url": "a"}),
        ("roles external_url()", {"roles": None}),
    ],
)
def test_a_setter_sets(settings, text: str, expected: dict[str, object]) -> None:
    assert settings(text).values == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "registry 'x'",
            (
                "1-13 error wrong-type: registry takes a hash, and this is a string"
                " -> Write: registry['key'] = value"
            ),
        ),
        (
            "registry nil",
            "1-13 error wrong-type: registry takes a hash, and this is nil -> Write: registry['key'] = value",
        ),
        (
            "registry 1, 2",
            (
                "1-14 error wrong-type: registry takes a hash, and this is an array"
                " -> Write: registry['key'] = value"
            ),
        ),
        (
            "self.registry = true",
            (
                "1-21 error wrong-type: registry takes a hash, and this is true"
                " -> Write: registry['key'] = value"
            ),
        ),
        (
            "registri 'x'",
            "1-9 error unknown-setting: registri is not a setting of Omnibus -> Did you mean registry?",
        ),
        (
            "External_url 'x'",
            (
                "1-13 error unknown-setting: External_url is not a setting of Omnibus"
                " -> Did you mean external_url?"
            ),
        ),
        (
            "grafana 'x'",
            "1-8 error unknown-setting: grafana is not a setting of Omnibus -> Correct or remove it.",
        ),
        (
            "carrier_pigeon({ 'a' => 1 })",
            "1-15 error unknown-setting: carrier_pigeon was removed in GitLab 1.2 -> Write a letter.",
        ),
        (
            "registry { 'a' => 1 }",
            (
                "10-22 error ruby-syntax: braces right behind a name begin a block of code, not a hash"
                " -> Write parentheses: registry({ … })"
            ),
        ),
        (
            "registry {}",
            (
                "10-12 error ruby-syntax: braces right behind a name begin a block of code, not a hash"
                " -> Write parentheses: registry({ … })"
            ),
        ),
        (
            "roles external_url('a'), external_url 'b'",
            "26-42 error ruby-syntax: Ruby wants parentheses around these arguments -> Write: name('value')",
        ),
        (
            "roles<<A\nA",
            "6-9 error ruby-syntax: a space is missing before << -> Write: roles <<EOS",
        ),
        (
            "registry['a'].frobnicate(1)",
            "1-28 error ruby-unsupported: a method call is not supported -> Write the resulting value.",
        ),
    ],
)
def test_a_setter_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(text) == [f"1:{expected}"]


def test_a_variable_hides_the_command_form_of_a_setting(told, settings) -> None:
    assert settings("external_url = 'a'\nexternal_url('b')").values == {"external_url": "b"}
    assert told("external_url = 'a'\nexternal_url ['b']")[1:] == [
        (
            "2:1-19 error ruby-unsupported: external_url is a variable since a line above, no"
            " setting any more"
            " -> Give the variable another name."
        )
    ]
