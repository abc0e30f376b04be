from __future__ import annotations

from dataclasses import replace

import pytest

from glctl.errors import ConfigError
from glctl.gitlabrb.reader import evaluate


def test_nesting_has_a_limit(told, value) -> None:
    assert value("[" * 95 + "]" * 95)
    (line,) = told("registry['v'] = " + "[" * 20_000 + "]" * 20_000)
    assert line.startswith("1:115-")
    assert line.endswith("error too-deep: this is nested more than 100 levels deep -> Nest it less.")


@pytest.mark.parametrize(
    "text",
    [
        "registry['v'] = 1" + " + 1" * 5000,
        "roles registry" + "['a']" * 5000,
        "registry['v'] = " + "-" * 5000 + "1",
        "registry['v'] = " + "{ 1 => " * 5000 + "1" + "}" * 5000,
        "registry['v'] = " + '"#{' * 200 + "1" + '}"' * 200,
        "roles " + "(" * 5000 + "1" + ")" * 5000,
        "x = " * 5000 + "1",
        "roles " * 5000 + "1",
    ],
)
def test_every_kind_of_nesting_has_a_limit(told, text: str) -> None:
    assert "too-deep" in told(text)[-1]


def test_errors_are_counted(told) -> None:
    lines = told("registri 1\n" * 1000)
    assert len(lines) == 51
    assert lines[-1] == (
        "50:1-11 error too-many: 50 errors: what follows was not checked -> Correct these first."
    )


def test_warnings_hide_no_error(told) -> None:
    lines = told("'x'\n" * 1000 + "registri 1")
    assert len(lines) == 51
    assert "1001:1-9 error unknown-setting" in lines[-2]


def test_what_a_refused_statement_would_set_is_unknown(told) -> None:
    assert len(told("while true\n  a = b = 1\n  c ||= 2\nend\nroles [a, b, c]")) == 1


def test_comments_may_stand_anywhere(value) -> None:
    assert value("# one\n [ # two\n 'a', # three\n # four\n { # five\n b: # six\n 1 } ] # seven") == [
        "a",
        {"b": 1},
    ]


def test_what_a_skipped_statement_would_set_is_nil(value) -> None:
    assert value("1\nif false\n  z = 1\nend\nregistry['v'] = z") is None


def test_endless_loops_have_a_limit(told) -> None:
    (line,) = told("1000000.times { |i| i }")
    assert "too-slow: evaluating this takes more than 200,000 steps" in line


def test_an_endless_loop_is_told_where_it_begins(told) -> None:
    (line,) = told("for i in [1]\n  while true\n    registry['a'] = 1\n  end\nend")
    assert line.startswith("2:3-")


def test_what_a_refused_def_names_is_no_second_mistake(told) -> None:
    (line,) = told("def foo(x)\n  x\nend\nregistry['a'] = foo(1)\nregistry['b'] = foo 2")
    assert "method definition" in line


def test_a_mistake_in_a_block_is_told_once(told) -> None:
    assert len(told("3.times { |i| registri['a'] = i }")) == 1


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        ("from_file '/etc/wrong.rb'", "HOST/etc/wrong.rb", "registry['f'] = 08"),
        ('eval "roles 1\\nroles 08"', "gitlab.rb:1 (eval)", "roles 08"),
        ("eval File.read('/etc/wrong.rb')", "HOST/etc/wrong.rb", "registry['f'] = 08"),
        ("eval ENV['MORE'].to_s", "MORE", "roles yes"),
    ],
)
def test_what_is_wrong_elsewhere_is_told_with_its_line(outside, names, text, file, line) -> None:
    outside = replace(outside, environ={"MORE": "roles 1\nroles yes"})
    with pytest.raises(ConfigError) as caught:
        evaluate(text, "gitlab.rb", names, outside=outside)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is not None
    root = outside.named("/")
    assert (diagnostic.span.file, diagnostic.span.text) == (file.replace("HOST", root), line)
