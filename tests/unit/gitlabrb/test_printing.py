from __future__ import annotations

import pytest

from glctl.gitlabrb.limits import Budget
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.printing import inspect, to_s
from glctl.gitlabrb.values import Hash


def a_hash(*pairs: tuple[object, object]) -> Hash:
    result = Hash()
    for key, value in pairs:
        result.put(key, value, None)
    return result


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nil"),
        (True, "true"),
        (False, "false"),
        (-12, "-12"),
        (1.0, "1.0"),
        (1e15, "1.0e+15"),
        (1e20, "1.0e+20"),
        (-1e20, "-1.0e+20"),
        (1.25e-5, "1.25e-05"),
        (Symbol("a"), ":a"),
        (Symbol("a="), ":a="),
        (Symbol("a-b"), ':"a-b"'),
        ("", '""'),
        ('é "\\ \n\t\r\x1b\x01', '"é \\"\\\\ \\n\\t\\r\\e\\u0001"'),
        ("#{a} #a #$a #@a #", '"\\#{a} #a \\#$a \\#@a #"'),
        ([], "[]"),
        ([1, ["a"], None], '[1, ["a"], nil]'),
        (a_hash(), "{}"),
        (a_hash(("a", 1), (Symbol("b"), a_hash((None, [])))), '{"a"=>1, :b=>{nil=>[]}}'),
    ],
)
def test_inspect_writes_as_ruby_does(value: object, expected: str) -> None:
    assert inspect(value, Budget()) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, ""), ("a\n", "a\n"), (Symbol("a"), "a"), (1, "1"), (["a"], '["a"]')]
)
def test_to_s_writes_as_ruby_does(value: object, expected: str) -> None:
    found = to_s(value, Budget())
    assert found == expected
    assert type(found) is str


def test_what_no_one_means_as_text_is_refused(told) -> None:
    (line,) = told("registry['v'] = [->(x) { x }].join")
    assert line == (
        "1:17-35 error ruby-unsupported: a lambda as text is not supported -> Write the text itself."
    )


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
