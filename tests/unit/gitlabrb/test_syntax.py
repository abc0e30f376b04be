from __future__ import annotations

import pytest


def test_each_broken_statement_is_told_and_the_rest_is_checked(told) -> None:
    found = told(
        "external_url 'https://gitlab.example.com\n"
        "registry['enable'] = true\n"
        "registry['a'] = { 'b' => 1 'c' => 2 }\n"
        "registri['d'] = 1\n"
        "nginx['e'] = [1,\n"
        "  2\n"
        "nginx['f'] = True\n"
        "nginx['g'] = <<EOS\n"
        "  text\n"
        "nginx['h'] = on\n"
    )
    assert [line.split(" ->")[0] for line in found] == [
        "1:14-41 error ruby-syntax: this string is never closed",
        "3:26-27 error ruby-syntax: a comma is missing behind this",
        "4:1-9 error unknown-setting: registri is not a setting of Omnibus",
        "5:14-15 error ruby-syntax: this bracket is never closed",
        "7:14-18 error ruby-syntax: Ruby does not know True",
        "8:14-19 error ruby-syntax: the end of this heredoc is missing",
        "10:14-16 error ruby-syntax: Ruby does not know on",
    ]


def test_a_variable_that_a_broken_statement_sets_is_no_second_error(told) -> None:
    assert len(told("host = 'gitlab.example.com\nexternal_url host")) == 1


def test_what_depends_on_a_broken_statement_is_not_told(told) -> None:
    assert len(told("external_url 'a\nroles external_url['b']\nregistry['c'] = \"#{nginx['d']}\"")) == 1


def test_lines_that_look_like_settings_do_not_end_a_heredoc(told) -> None:
    text = "registry['a'] = <<EOS\nregistry['b'] = {\nroles 'x\nEOS\nroles [1 2]"
    assert [line.split(" ->")[0] for line in told(text)] == [
        "5:8-9 error ruby-syntax: a comma is missing behind this"
    ]


def test_errors_have_a_limit(told) -> None:
    assert len(told("roles 'x\n" * 50)) == 10


@pytest.mark.parametrize(("quote", "row"), [("'", 0), ('"', 350), ("'", 699)])
def test_one_missing_quote_in_a_long_file_is_found(told, quote: str, row: int) -> None:
    lines = [f"registry['key{number}'] = {quote}value{quote}" for number in range(700)]
    lines[row] = lines[row][:-1]
    (line,) = told("\n".join(lines))
    assert line.startswith(f"{row + 1}:")
    assert "this string is never closed" in line


LONG = "".join(f"registry['key{number}'] = 'value'\n" for number in range(700))


@pytest.mark.parametrize("before", ["", LONG], ids=["", "behind much"])
@pytest.mark.parametrize("after", ["", LONG], ids=["", "before much"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"roles <<EOS\n{LONG}EOS\n", LONG),
        (f"roles '{LONG.replace(chr(39), chr(34))}'\n", LONG.replace("'", '"')),
        ("roles 'a' +\nexternal_url('b')\n", "ab"),
        ("roles \\\nexternal_url('b')\n", "b"),
        (f"=begin\n{LONG}=end\nroles 1\n", 1),
        ("host = 'h'\nregistry['host'] = host\nroles host\n", "h"),
    ],
    ids=["heredoc", "string", "sum", "line that goes on", "comment", "variable"],
)
def test_a_statement_is_read_as_a_whole(
    settings, before: str, after: str, text: str, expected: object
) -> None:
    found = settings(before + text + after)
    assert found.get("roles") == expected
    line = 1 + (before + text).count("\n", 0, (before + text).index("roles"))
    assert found.spans["roles",].line == line


def test_nothing_behind_the_end_is_read(settings) -> None:
    found = settings(f"roles 1\n{LONG}__END__\n{LONG}roles 2\n'")
    assert found.get("roles") == 1
    assert found.overwritten == ()


@pytest.mark.parametrize("text", ["registry->c = 1", "@@@", "registry['a'] = 1 2 3 =>", "x = y ? 1"])
def test_a_mistake_without_a_pattern_has_a_place(told, text: str) -> None:
    (line,) = told(f"roles 1\n{text}\nroles 2")
    assert line.startswith("2:")
