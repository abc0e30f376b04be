from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<E\n  a\n b\nE\n", "  a\n b\n"),
        ("<<E\nE\n", ""),
        ("<<E\n\nE\n", "\n"),
        ("<<-E\n  a\n   E\n", "  a\n"),
        ("<<-'E F'\n  a\n   E F\n", "  a\n"),
        ('<<"E"\na\\tb #{1}\nE', "a\tb 1\n"),
        ("<<'E'\na\\tb #{1} \\'\nE", "a\\tb #{1} \\'\n"),
        ('<<E\n"a" \'b\' \\\\ \\" é\nE\n', '"a" \'b\' \\ " é\n'),
        ("<<E\na \\\nb\nE\n", "a b\n"),
        ("<<~E\n  a\n    b\nE\n", "a\n  b\n"),
        ("<<~E\n    b\n  a\n  E\n", "  b\na\n"),
        ("<<~E\n  a\n\n \n    b\nE\n", "a\n\n\n  b\n"),
        ("<<~E\n   \nE\n", "\n"),
        ("<<~E\n   \n  a\n      \nE\n", " \na\n    \n"),
        ("<<~E\n\ta\n        b\n    c\nE\n", "\ta\n    b\nc\n"),
        ("<<~E\n\t\ta\n\tb\nE\n", "\ta\nb\n"),
        ("<<~E\n    \ta\n    b\nE\n", "\ta\nb\n"),
        ("<<~E\n  \\ta\n    b\nE\n", "\ta\n  b\n"),
        ("<<~E\n  \\  a\n    b\nE\n", "  a\n  b\n"),
        ("<<~E\n  a \\\n    b\n  c\nE\n", "a   b\nc\n"),
        ("<<~E\n  #{1}\n    b\nE\n", "1\n  b\n"),
        ("<<~E\n  a#{1}\n  b#{2} #{3}\n  E\n", "a1\nb2 3\n"),
        ("<<~E\n  a\n#{1}\nE\n", "  a\n1\n"),
        ('<<~E\n    #{"q\n r"} a\n    b\nE\n', "q\n r a\nb\n"),
        ("<<~'E'\n  a\\n#{1}\n    b\nE\n", "a\\n#{1}\n  b\n"),
        ("[<<A, <<B]\na\nA\nb\nB\n", ["a\n", "b\n"]),
        ("{ 'a' => <<A, # c\na\nA\n 'b' => <<B }\nb\nB\n", {"a": "a\n", "b": "b\n"}),
        ('<<A + "b"\na\nA\n', "a\nb"),
        ('"#{<<A}x"\na\nA\n', "a\nx"),
        ("<<A # not text\na\nA\n", "a\n"),
        ("<<A\r\na\r\nb\r\nA\r\n", "a\nb\n"),
    ],
)
def test_a_heredoc_has_its_text(value, text: str, expected: object) -> None:
    assert value(text) == expected


def test_what_follows_a_heredoc_is_read(settings) -> None:
    found = settings("roles <<A\na\nA\nregistry['b'] = <<B\nb\nB\n")
    assert found.values == {"roles": "a\n", "registry": {"b": "b\n"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "roles <<`A`\nls\nA\n",
            (
                "1:7-12 error ruby-unsupported: running a program is not supported"
                " -> Write the program's output as a string."
            ),
        ),
        (
            "roles <<A\n a#{<<B} c\nb\nB\nA\n",
            (
                "2:5-8 error ruby-unsupported: a heredoc inside of another one's text is not supported"
                " -> Give it a name first: name = <<~EOS"
            ),
        ),
        (
            "roles <<A\na\\t##{1}\nA\n",
            "2:4-9 error ruby-unsupported: this # is not understood -> Write \\# instead.",
        ),
        (
            "roles <<A\na\n A\n",
            (
                "1:7-10 error ruby-syntax: the end of this heredoc is missing -> Write its tag alone on"
                " a line,"
                " indented only after <<- or <<~, with no space behind it."
            ),
        ),
        (
            "roles <<-A\na\n A \n",
            (
                "1:7-11 error ruby-syntax: the end of this heredoc is missing -> Write its tag alone on"
                " a line,"
                " indented only after <<- or <<~, with no space behind it."
            ),
        ),
        (
            "roles <<A\na\\\nA\n",
            (
                "1:7-8 error ruby-syntax: Ruby cannot read on from here"
                " -> Look for a missing comma, quote or bracket here and on the line above."
            ),
        ),
    ],
)
def test_a_heredoc_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(text) == [expected]


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
