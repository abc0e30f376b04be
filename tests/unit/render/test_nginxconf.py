import pytest

from glctl.render.nginxconf import Directive, NginxSyntaxError, parse


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("", ()),
        ("# only a comment", ()),
        ("a;", (Directive("a"),)),
        ("a b c;", (Directive("a", ("b", "c")),)),
        ("a\n  b\n;", (Directive("a", ("b",)),)),
        ("a { }", (Directive("a", (), ()),)),
        ("a b { c d; e { } }", (Directive("a", ("b",), (Directive("c", ("d",)), Directive("e", (), ()))),)),
        ("a b; # c;\nd;", (Directive("a", ("b",)), Directive("d"))),
        # Quotes
        ("a 'b c' \"d e\";", (Directive("a", ("b c", "d e")),)),
        ("a '' \"\";", (Directive("a", ("", "")),)),
        ("'' b;", (Directive("", ("b",)),)),
        ("a 'b;{}#c';", (Directive("a", ("b;{}#c",)),)),
        ("a 'b\nc';", (Directive("a", ("b\nc",)),)),
        ("a b'c d\"e;", (Directive("a", ("b'c", 'd"e')),)),
        ("a 'b'{c;}", (Directive("a", ("b",), (Directive("c"),)),)),
        ("a 'b')c;", (Directive("a", ("b", ")c")),)),
        # Backslashes
        (r"a 'it\'s' \"x\" b\\c;", (Directive("a", ("it's", '"x"', r"b\c")),)),
        (r"a \t\r\n\d;", (Directive("a", ("\t\r\n\\d",)),)),
        (r"a b\ c;", (Directive("a", (r"b\ c",)),)),
        (r"a b\;c\{;", (Directive("a", (r"b\;c\{",)),)),
        # Variables and what is special only at the beginning of a word
        ("a ${b} $c x${d}y;", (Directive("a", ("${b}", "$c", "x${d}y")),)),
        ("a b}c b#c };", None),
        ("a b}c b#c;", (Directive("a", ("b}c", "b#c")),)),
        ("a $;", (Directive("a", ("$",)),)),
        ("a ~^(?<x>.*)\\?$ $x;", (Directive("a", ("~^(?<x>.*)\\?$", "$x")),)),
        # Only four characters are blanks
        ("a\tb\r\nc;", (Directive("a", ("b", "c")),)),
        ("a b\u00a0c\u2028\x0b;", (Directive("a", ("b\u00a0c\u2028\x0b",)),)),
    ],
)
def test_text_is_read_as_nginx_reads_it(text: str, directives: tuple[Directive, ...] | None) -> None:
    if directives is None:
        with pytest.raises(NginxSyntaxError):
            parse(text)
    else:
        assert parse(text) == directives


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a;\nb", "line 2: ';' is missing at the end"),
        ("a 'b", "line 1: a quote is not closed, or more follows behind it"),
        ("a;\nb 'c'd;", "line 2: a quote is not closed, or more follows behind it"),
        ("a \"b\"'c';", "line 1: a quote is not closed, or more follows behind it"),
        ("a 'b'# c\n;", "line 1: a quote is not closed, or more follows behind it"),
        ("a \\", "line 1: a quote is not closed, or more follows behind it"),
        (";", "line 1: unexpected ';'"),
        ("a;;", "line 1: unexpected ';'"),
        ("\n{ }", "line 2: unexpected '{'"),
        ("}", "line 1: unexpected '}'"),
        ("a { b; }\n}", "line 2: unexpected '}'"),
        ("a { b }", "line 1: ';' is missing before '}'"),
        ("a {\nb;\n", "line 1: '{' is not closed"),
        ("a {\n" * 5000, "line 101: more than 100 blocks lie in each other"),
    ],
)
def test_what_nginx_would_refuse_names_the_line(text: str, message: str) -> None:
    with pytest.raises(NginxSyntaxError) as caught:
        parse(text)
    assert str(caught.value) == message


def test_a_directive_knows_its_line_which_does_not_count_for_equality() -> None:
    first, second = parse("a 'x\ny';\n\nb {\n  c;\n}")
    assert (first.line, second.line, second.block[0].line) == (1, 4, 5)
    assert first == Directive("a", ("x\ny",))


def test_directives_are_found_in_their_block_alone() -> None:
    (server,) = parse("server { listen 80; location / { listen 1; } listen 443 ssl; }")
    assert [directive.args for directive in server.find("listen")] == [("80",), ("443", "ssl")]
    assert list(Directive("a").find("listen")) == []
