from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("File.join('/a', 'b')", "/a/b"),
        ("File.join('/a/', '/b', 'c/')", "/a/b/c/"),
        ("File.basename('/a/b.rb')", "b.rb"),
        ("File.basename('/a/b.rb', '.rb')", "b"),
        ("File.basename('/a/b.rb', '.*')", "b"),
        ("File.dirname('/a/b')", "/a"),
        ("File.read('/run/secret').chomp", "s3cret"),
        ("IO.read('/run/secret').strip", "s3cret"),
        ("File.exist?('/run/secret')", True),
        ("File.exist?('/run/nope')", False),
        ("Dir.glob('/run/*').map { |f| File.basename(f) }", ["config.yml", "secret"]),
        ("Dir['/run/*.y?l']", ["/run/config.yml"]),
        ("Dir['/nowhere/*']", []),
        ("require 'ostruct'", True),
        ("YAML.load_file('/run/config.yml')", {"a": 1, "b": "c"}),
        ("`hostname`.strip", "host"),
    ],
)
def test_libraries_give_what_ruby_gives(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("File.read('/nope')", "/nope does not exist"),
        ("File.read('a')", "'a' is no absolute path -> Write where it lies, from / on: '/etc/gitlab/a'"),
        ("Dir['*']", "'*' is no absolute path"),
        ("Dir['/*/secret']", "only * and ? in the last part of a path"),
        ("Dir.glob('/run/**')", "only * and ? in the last part of a path"),
        ("Dir.glob('/run/*', 1)", "one path, as a string"),
        ("require 'chef'", "the library chef is not supported"),
        ("File.read('/run')", "/run cannot be read: Is a directory"),
        ("File.read(1)", "one path, as a string"),
        ("File.join(1)", "File.join takes strings"),
        ("YAML.load('', aliases: true)", "only the text and symbolize_names:"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_another_file_is_taken_in(settings, told) -> None:
    assert settings("from_file '/etc/more.rb'\nroles 1").values["registry"] == {"f": 1, "g": {"h": 1}}
    assert "a number that begins with 0" in told("from_file '/etc/wrong.rb'")[0]
    assert "more than 20 other files" in told("from_file '/etc/loop.rb'")[0]


def test_each_file_of_a_folder_is_taken_in(settings) -> None:
    text = "Dir.glob('/etc/mor*.rb').sort.each { |file| from_file file }"
    assert settings(text).values == {"registry": {"f": 1, "g": {"h": 1}}}


def test_after_another_file_reading_makes_no_key(told) -> None:
    assert (
        "registry['c'] is nil, which has no keys"
        in told("from_file '/etc/more.rb'\nregistry['c']['d'] = 2")[0]
    )


def test_text_is_evaluated_as_gitlab_rb_is(settings, told) -> None:
    assert (
        settings("eval \"roles 1\\nregistry['a']['b'] = 2\"\nregistry['c']['d'] = 3").get(
            "registry", "c", "d"
        )
        == 3
    )
    assert "unknown-setting" in told("eval 'registri 1'")[0]


def test_harmless_libraries_are_there(settings) -> None:
    assert settings("require 'json'\nroles 1").values == {"roles": 1}


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
