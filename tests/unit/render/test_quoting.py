import re
import subprocess

import pytest
import yaml

from glctl.gitlabrb.model import Symbol
from glctl.render import nginxconf
from glctl.render.quoting import (
    Quoted,
    UnquotableError,
    nginx_verbatim,
    nginx_word,
    nginx_words,
    shell_word,
    yaml_block,
    yaml_value,
)
from glctl.secret import Secret

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("on", "on"),
        ("$http_host", "$http_host"),
        ("*:443", "*:443"),
        (10240, "10240"),
        (True, "true"),
        (False, "false"),
        ("", '""'),
        ("a b", '"a b"'),
        ("a\tb", '"a\tb"'),
        ('say "hi"', r'"say \"hi\""'),
        (r"a\.b", r'"a\\.b"'),
        ("it's", '"it\'s"'),
        ("a;b", '"a;b"'),
        ("${host}", '"${host}"'),
        ("#a", '"#a"'),
        ("日本", "日本"),
        (Symbol("val"), "val"),
        (Secret("hunter2"), "hunter2"),
    ],
)
def test_a_word_of_nginx_is_quoted_where_it_must_be(value: object, word: str) -> None:
    assert nginx_word(value) == word


def test_any_text_is_one_word_of_nginx_or_refused(nasty_texts) -> None:
    for text in nasty_texts(600, seed=1):
        if CONTROL.search(text):
            with pytest.raises(UnquotableError, match="cannot stand in nginx"):
                nginx_word(text)
        else:
            read = nginxconf.parse(f"a {nginx_word(text)} ssl;\nb;")
            assert read == (nginxconf.Directive("a", (text, "ssl")), nginxconf.Directive("b"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("TLSv1.2 TLSv1.3", "TLSv1.2 TLSv1.3"),
        ("  a   b ", "a b"),
        ("Options {x}", 'Options "{x}"'),
        (["a b", "c"], '"a b" c'),
        (["a", ""], 'a ""'),
        ([], ""),
        (10, "10"),
    ],
)
def test_several_words_stand_between_blanks(value: object, words: str) -> None:
    assert nginx_words(value) == words


def test_directives_of_the_administrator_stay_as_they_are() -> None:
    assert (
        nginx_verbatim("\n  location = /a {\n    return 204;\n  }\n\n")
        == "  location = /a {\n    return 204;\n  }"
    )


def test_any_text_is_one_word_of_a_shell_or_refused(nasty_texts) -> None:
    texts = nasty_texts(400, seed=2)
    refused = [text for text in texts if CONTROL.search(text)]
    for text in refused:
        with pytest.raises(UnquotableError, match="cannot stand in a service"):
            shell_word(text)
    kept = [text for text in texts if text not in refused]
    script = "printf '%s\\0' " + " ".join(shell_word(text) for text in kept)
    said = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, timeout=10).stdout
    assert said.decode().split("\0") == [*kept, ""]
    assert len(kept) > 100


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("info", "info"),
        ("/srv/images", "/srv/images"),
        ("https://a.example.com/jwt/auth", "https://a.example.com/jwt/auth"),
        ("https://a: x", "'https://a: x'"),
        ("", '""'),
        ("yes", "'yes'"),
        ("y", '"y"'),
        ("0644", '"0644"'),
        ("1e3", '"1e3"'),
        ("0o17", '"0o17"'),
        ("12:30", '"12:30"'),
        ("a: b", "'a: b'"),
        ("# no comment", '"# no comment"'),
        ("a\nb", r'"a\nb"'),
        ("\t", r'"\t"'),
        ("日本", '"日本"'),
        ("b\u2028c", r'"b\Lc"'),
        (Symbol("prefer"), "prefer"),
        (Secret("hunter2"), "hunter2"),
        (True, "true"),
        (None, "null"),
        (0, "0"),
        (10**20, "100000000000000000000"),
        (1.5, "1.5"),
        (["a", 1], "[a, 1]"),
        ({"a": {}}, "{a: {}}"),
    ],
)
def test_a_value_of_yaml_stays_on_its_line(value: object, text: str) -> None:
    assert yaml_value(value) == text


def test_a_block_of_yaml_is_indented() -> None:
    value = {"s3": {"bucket": "b", "secretkey": Secret("a\nb")}, "cache": {}, "list": ["x", {"z": None}]}
    assert yaml_block(value).split("\n") == [
        "  s3:",
        "    bucket: b",
        '    secretkey: "a\\nb"',
        "  cache: {}",
        "  list:",
        "  - x",
        "  - z: null",
    ]
    assert yaml_block({"a": 1}, indent=0) == "a: 1"


def test_any_text_is_read_back_from_yaml(nasty_texts) -> None:
    for text in nasty_texts(400, seed=3):
        document = (
            f"a:\n  b: {yaml_value(text)}\n  c:\n{yaml_block({text: [text, {'x': text}]}, 4)}\n  d: 1\n"
        )
        assert yaml.safe_load(document) == {"a": {"b": text, "c": {text: [text, {"x": text}]}, "d": 1}}


def test_a_long_text_is_not_folded() -> None:
    assert yaml_value("word " * 5000 + "end").count("\n") == 0


def test_what_has_been_quoted_knows_what_it_must_be_read_back_as() -> None:
    words = nginx_words("a b;")
    assert (words.pieces, words.form) == (("a", "b;"), "{} {}")
    assert yaml_block({"a": Symbol("b")}).pieces == ({"a": "b"},)
    assert isinstance(shell_word("x"), Quoted)


def test_a_message_shows_the_value_only_in_part() -> None:
    with pytest.raises(UnquotableError) as caught:
        nginx_word("x" * 500 + "\n")
    assert len(caught.value.message) < 120


@pytest.mark.parametrize("quote", [nginx_word, shell_word])
def test_half_a_character_is_refused(quote) -> None:
    with pytest.raises(UnquotableError):
        quote("a\ud800")
