from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 1 == 2", True),
        ("1 == 1.0", True),
        ("true == 1", False),
        (":a == 'a'", False),
        ("'a' != 'b'", True),
        ("[1, { 'a' => 2 }] == [1, { 'a' => 2 }]", True),
        ("ENV.select { |k, v| k == 'HOST' }", {"HOST": "host.example.com"}),
        ("[1, 2, 3].map { |x| next 0 if x == 2; x * 2 }", [2, 0, 6]),
        ("'abc' == \"abc\"", True),
    ],
)
def test_ruby_compares_like_this(value, text: str, expected: object) -> None:
    assert value(text) == expected
