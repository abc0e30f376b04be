from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("\n\n", {}),
        ("# external_url 'a'\n", {}),
        ("=begin\nexternal_url 'a'\n=end\nexternal_url 'b'", {"external_url": "b"}),
        (";;external_url 'a';; ;roles 1;", {"external_url": "a", "roles": 1}),
        ("external_url 'a'\n__END__\nroles {{{", {"external_url": "a"}),
        ("external_url 'a'\n__END__", {"external_url": "a"}),
        ("external_url <<A\n__END__\nA\nroles 1", {"external_url": "__END__\n", "roles": 1}),
        ("external_url \\\n  'a'", {"external_url": "a"}),
    ],
)
def test_statements_are_evaluated_in_turn(settings, text: str, expected: dict[str, object]) -> None:
    assert settings(text).values == expected


@pytest.mark.parametrize("text", ["external_url 'a' __END__", "__END__ ", " __END__"])
def test_end_stands_alone_on_its_line(told, text: str) -> None:
    assert [line.partition(" ")[2] for line in told(text)] == [
        "error ruby-syntax: __END__ must stand alone on its line -> Remove what is beside it."
    ]


@pytest.mark.parametrize("text", ["registry['a']", "external_url\n", "'x'", "1", "[]", ":a"])
def test_a_value_without_effect_is_told(told, text: str) -> None:
    assert told(text) == [
        (
            f"1:1-{len(text.strip()) + 1} warning no-effect: nothing is done with this value"
            " -> Write a setting and its value on one line: registry['key'] = value"
        )
    ]


def test_one_refused_statement_does_not_hide_another(told) -> None:
    found = told("registri['a'] = 1\nexternal_url 'x'\nregistry['b'] = 08\ndef a\nend\nroles yes")
    assert [line.split(":")[0] for line in found] == ["1", "3", "4", "6"]


@pytest.mark.parametrize("text", ["registry['a'] == true", "external_url == 'x'"])
def test_a_comparison_for_its_own_sake_is_told(told, text: str) -> None:
    assert told(text) == [
        f"1:1-{len(text) + 1} warning no-effect: == compares, and sets nothing -> Write = to set it."
    ]
