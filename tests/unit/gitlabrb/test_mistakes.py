from __future__ import annotations

import pytest

SETTING = "Write: registry['key'] = value"
PAIR = "Write: 'key' => value"
TEXT = "Text needs quotes: '…'"
BETWEEN = "Write a comma between two elements."
QUOTE = "Write the same quote behind the text."
CLOSE = "Write the closing one behind the last element."
END = "Write its tag alone on a line, indented only after <<- or <<~, with no space behind it."
VERSIONS = "Keep one of the versions and remove this line."

# What follows does not hide the mistake, and the mistake does not hide what follows.
BEFORE, AFTER = "roles 'application_role'\n", "\nregistry['log_level'] = 'info'"

MISTAKES = [
    # quotes
    ("external_url 'http://x", "1:14-23", "this string is never closed", QUOTE),
    ('external_url "http://x', "1:14-23", "this string is never closed", QUOTE),
    ("external_url http://x'", "1:14-23", "a URL without quotes", TEXT),
    ("registry['enable] = true", "1:10-25", "this string is never closed", QUOTE),
    ("registry[\"enable'] = true", "1:10-26", "this string is never closed", QUOTE),
    ("registry['a'] = { 'b' => 'c }", "1:26-30", "this string is never closed", QUOTE),
    ("registry['a'] = 'C:\\'", "1:17-22", "this string is never closed", QUOTE),
    ("registry[enable'] = true", "1:10-16", "the quote before this word is missing", SETTING),
    (
        "registry['a'] = 'it's'",
        "1:17-21",
        "this string ends before its text does",
        "Write \\ before a quote inside of text, or use the other kind of quotes around it.",
    ),
    (
        'registry[\'a\'] = "say "x" now"',
        "1:17-23",
        "this string ends before its text does",
        "Write \\ before a quote inside of text, or use the other kind of quotes around it.",
    ),
    ("registry['a'] = \"x#{roles\"", "1:17-27", "#{ is never closed", "Write } behind the value."),
    (
        "registry[‘a’ = 1",
        "1:10-11",
        "a typographic quote or space, which is a letter to Ruby",
        "Write a straight quote ' or \" or an ordinary space.",
    ),
    (
        "registry['a']\u00a0= 1",
        "1:14-15",
        "a typographic quote or space, which is a letter to Ruby",
        "Write a straight quote ' or \" or an ordinary space.",
    ),
    ("registry['a'] = http://x:5000", "1:17-30", "a URL without quotes", TEXT),
    ("registry['a'] = 10.0.0.1", "1:17-25", "this is not a number", TEXT),
    ("registry['a'] = 10m", "1:17-20", "this is not a number", TEXT),
    # dots of documentation; before registry['a'] = 1 they would make a range of it, to Ruby
    (
        "...\nroles 'application_role'",
        "1:1-2",
        "dots that stand for what was left out",
        "Remove this line, or write what belongs here.",
    ),
    (
        "registry['a'] = {\n  'b' => 1,\n  ....\n}",
        "3:3-4",
        "dots that stand for what was left out",
        "Remove this line, or write what belongs here.",
    ),
    # brackets
    ("registry['enable' = true", "1:9-10", "this bracket is never closed", CLOSE),
    ("registry['a'] = {\n  'b' => 1", "1:17-18", "this bracket is never closed", CLOSE),
    ("registry['a'] = [\n  'b',\n  'c'", "1:17-18", "this bracket is never closed", CLOSE),
    ("external_url('http://x'", "1:13-14", "this bracket is never closed", CLOSE),
    ("registry({\n  'a' => 1\n}", "1:9-10", "this bracket is never closed", CLOSE),
    ("registry['a'] = 1 }", "1:19-20", "this bracket was never opened", "Remove it, or open it."),
    ("registry['a']] = 1", "1:14-15", "this bracket was never opened", "Remove it, or open it."),
    ("external_url 'x')", "1:17-18", "this bracket was never opened", "Remove it, or open it."),
    (
        "registry['a'] = ['b' }",
        "1:22-23",
        "this closes a bracket of another kind",
        "Close the inner bracket first.",
    ),
    ("registry'enable'] = true", "1:9-17", "the bracket before this key is missing", SETTING),
    ("registry ['a'] = 1", "1:9-10", "no space belongs before this bracket", SETTING),
    # commas and arrows
    ("registry['a'] = { 'b' => 1 'c' => 2 }", "1:26-27", "a comma is missing behind this", BETWEEN),
    ("registry['a'] = {\n  'b' => 1\n  'c' => 2\n}", "2:10-11", "a comma is missing behind this", BETWEEN),
    ("registry['a'] = {\n  b: 'x'\n  c: 'y'\n}", "2:6-9", "a comma is missing behind this", BETWEEN),
    ("registry['a'] = { 'b' => 'x' 'c' => 'y' }", "1:26-29", "a comma is missing behind this", BETWEEN),
    ("registry['a'] = [{ b: 1 }\n  { b: 2 }]", "1:25-26", "a comma is missing behind this", BETWEEN),
    ("registry['a'] = [1 2]", "1:18-19", "a comma is missing behind this", BETWEEN),
    ("roles 'a' 1", "1:11-12", "a comma is missing before this", "Write a comma between two values."),
    ("registry['a'] = [1,, 2]", "1:20-21", "there is nothing before this comma", "Remove it."),
    ("registry['a'] = { 'b' = 1 }", "1:23-24", "=> belongs here", PAIR),
    ("registry['a'] = { 'b' : 1 }", "1:23-24", "=> belongs here", PAIR),
    ("registry['a'] = { 'b' -> 1 }", "1:23-25", "=> belongs here", PAIR),
    ("registry['a'] = { 'b', 1 }", "1:22-23", "the key before this comma has no value", PAIR),
    ("registry['a'] = { 'b' => }", "1:23-25", "the value behind => is missing", PAIR),
    ("registry['a'] = { b 1 }", "1:19-20", "the colon behind this key is missing", "Write: key: value"),
    ("registry['a'] = { c: 1, : 2 }", "1:25-26", "the key before this colon is missing", "Write: key: value"),
    # equals signs and colons
    ("['enable'] = true", "1:1-2", "the name before this bracket is missing", SETTING),
    ("= true", "1:1-2", "the name before this = is missing", SETTING),
    ("registry['enable'] true", "1:19-20", "= is missing here", SETTING),
    ("registry['enable']: true", "1:19-20", "= belongs here", SETTING),
    ("registry['enable'] := true", "1:20-22", "= belongs here", SETTING),
    ("registry['enable'] = = true", "1:22-23", "one = too many", SETTING),
    ("external_url: 'http://x'", "1:1-14", "a colon, as in YAML, where Ruby has none", SETTING),
    ("registry:\n  enable: true", "1:1-10", "a colon, as in YAML, where Ruby has none", SETTING),
    (
        "registry['a'] = 1 registry['b'] = 2",
        "1:19-27",
        "a second setting on this line",
        "Begin it on a line of its own.",
    ),
    (
        "registry['a'] = {}registry['b'] = 2",
        "1:19-27",
        "a second setting on this line",
        "Begin it on a line of its own.",
    ),
    # heredocs
    ("registry['a'] = <<EOS\n  text\n  EOS", "1:17-22", "the end of this heredoc is missing", END),
    ("registry['a'] = <<~EOS\n  text\n  EOS ", "1:17-23", "the end of this heredoc is missing", END),
    # what is no setting
    ("// a comment", "1:1-13", "Ruby does not know this kind of comment", "Begin comments with #"),
    ("<<<<<<< HEAD", "1:1-13", "this line is left over from a merge", VERSIONS),
    ("$ sudo gitlab-ctl reconfigure", "1:1-2", "this looks like a command for a shell", "Remove it."),
    (
        "registry['a'] = \\ 1",
        "1:17-18",
        "a backslash outside of text",
        "Remove it. A line goes on only if it is its last character.",
    ),
    ("registry['a'] = 1 end", "1:19-22", "this end ends nothing", "Remove it."),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), MISTAKES)
def test_a_typical_mistake_is_told_where_one_would_look(told, text, place, message, hint) -> None:
    expected = f"{place} error ruby-syntax: {message} -> {hint}"
    assert told(text + AFTER) == [expected]
    row, _, column = place.partition(":")
    assert told(BEFORE + text + AFTER) == [expected.replace(place, f"{int(row) + 1}:{column}")]


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("registry['a'] =", "1:15-16", "the value behind this is missing", SETTING),
        ("registry['a'] = 'b' +", "1:21-22", "the value behind this is missing", SETTING),
        ("external_url 'a',", "1:17-18", "there is nothing behind this comma", "Remove it."),
        (
            "if true\n  registry['a'] = 1",
            "1:1-3",
            "this block has no end",
            "Write end on a line of its own behind its last setting.",
        ),
    ],
)
def test_a_typical_mistake_at_the_end_is_told(told, text, place, message, hint) -> None:
    assert told(text) == [f"{place} error ruby-syntax: {message} -> {hint}"]
