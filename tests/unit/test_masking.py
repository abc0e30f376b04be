import random
from collections.abc import Iterator

import pytest

from glctl.masking import masked


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("registry['http_secret'] = 'hunter2'", "registry['http_secret'] = [MASKED]"),
        ("registry['http_secret'] 'hunter2'", "registry['http_secret'] [MASKED]"),
        ("registry['http_secret'] == 'hunter2'", "registry['http_secret'] == [MASKED]"),
        ("registry['http_secret'] = 'a' 'b' # c", "registry['http_secret'] = [MASKED] [MASKED] # c"),
        ("registry['http_secret'] = hunter2", "registry['http_secret'] = [MASKED]"),
        ("registry['http_secret'] = hun(ter, 2)", "registry['http_secret'] = [MASKED]"),
        ("registry['http_secret'] = two words", "registry['http_secret'] = [MASKED]"),
        ("registry['http_secret'] = 'it's, a b'", "registry['http_secret'] = [MASKED]"),
        ("registry['http_secret'] = ‘two words’", "registry['http_secret'] = [MASKED]"),
        ("{ 'secretkey' => 'a', 'b' => 'x' 'y' => 1 }", "{ 'secretkey' => [MASKED], 'b' => 'x' 'y' => 1 }"),
        ("{ 'secretkey' => 'a' 'bucket' => 'x' }", "{ 'secretkey' => [MASKED] 'bucket' => 'x' }"),
        ("{ 'secretkey' => a, 'bucket' => 'x' }", "{ 'secretkey' => [MASKED], 'bucket' => 'x' }"),
        ("{ secretkey: 'a', bucket: 'x' }", "{ secretkey: [MASKED], bucket: 'x' }"),
        ("{ 'Authorization' => ['Bearer x'], 'a' => [1] }", "{ 'Authorization' => [MASKED], 'a' => [1] }"),
        ("x.store('secretkey', 'a')", "x.store('secretkey', [MASKED])"),
        ("    secretkey: hunter2", "    secretkey: [MASKED]"),
        ("proxy 'http://user:pw@host'", "proxy 'http://[MASKED]@host'"),
        ('  proxy_set_header Authorization "Basic x y";', "  proxy_set_header Authorization [MASKED]"),
        ("MIIEpAIBAAKCAQEA1sB3kX9w0PqLr7vZ2mYc8TtUe4Fh6Jg5", "[MASKED]"),
    ],
)
def test_values_of_secrets_are_masked(line: str, shown: str) -> None:
    assert masked(line).text == shown


@pytest.mark.parametrize(
    "line",
    [
        "registry['http_secret'] = ENV.fetch('NAME')",
        "registry['http_secret'] = ENV['NAME'].to_s.strip",
        "gitlab_rails['smtp_password'] = File.read('/etc/gitlab/smtp_pw').strip",
        "registry['http_secret'] = SecureRandom.hex(32) if ENV['A']",
        "registry['http_secret'] = nil",
        "registry['internal_key'] = <<~KEY",
        "x = registry['http_secret'] + 1",
        "registry['storage'] = { 's3' => { 'bucket' => 'x' } }",
        "error: NoCredentialProviders: no valid providers",
    ],
)
def test_code_is_no_secret(line: str) -> None:
    assert masked(line).text == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("x['token'] = ENV.fetch('A', 'hunter2')", "x['token'] = ENV.fetch('A', [MASKED])"),
        ("x['token'] = ENV['A'] || 'hunter2'", "x['token'] = ENV['A'] || [MASKED]"),
        ("x['token'] = (ENV['A'] + 'hunter2')", "x['token'] = (ENV['A'] + [MASKED])"),
    ],
)
def test_a_value_within_code_is_masked_alone(line: str, shown: str) -> None:
    assert masked(line).text == shown


@pytest.mark.parametrize(
    "above",
    [
        ["registry['http_secret'] ="],
        ["registry['http_secret'] =", "", "  # a comment"],
        ["registry['internal_key'] = <<~KEY", "one", "two"],
        ["registry['internal_key'] = 'one", "two"],
        ["x = { 'Authorization' => [", "  'one',"],
        ["x = { 'secretkey' =>"],
        ["registry['http_secret'] = 'one' +"],
        ["registry['http_secret'] = ENV['A'] ||"],
    ],
)
def test_a_secret_that_began_above_is_masked(above: list[str]) -> None:
    assert masked("  'hunter2' x", above).text == "  [MASKED]"


@pytest.mark.parametrize(
    "above",
    [
        [],
        ["registry['http_secret'] = 'one'"],
        ["registry['internal_key'] = <<~KEY", "one", "KEY"],
        ["x = { 'secretkey' => 'one',"],
        ["registry['http_secret'] = 'not closed"],
        ["registry['dir'] ="],
    ],
)
def test_a_secret_that_has_ended_hides_nothing(above: list[str]) -> None:
    assert masked("registry['debug'] = 1", above).text == "registry['debug'] = 1"


@pytest.mark.parametrize(
    ("line", "word", "under"),
    [
        ("{ 'secretkey' => 'hunter2', 'b' => 'x' HERE }", "HERE", "HERE"),
        ("{ 'secretkey' => 'hunter2', 'b' => 'x' }", "ter", "[MASKED]"),
        ("a \x1b HERE", "HERE", "HERE"),
        ("\tHERE", "HERE", "HERE"),
        ("x['token'] = ENV.fetch('NAME')", "'NAME'", "'NAME'"),
    ],
)
def test_a_column_is_found_again(line: str, word: str, under: str) -> None:
    shown = masked(line)
    at = line.index(word)
    start, end = shown.between(at, at + len(word))
    assert shown.text[start:end] == under


def test_a_caret_behind_the_line_stands_behind_what_is_shown() -> None:
    line = "x['token'] = 'hunter2'"
    end = len("x['token'] = [MASKED]")
    assert masked(line).between(len(line), len(line) + 1) == (end, end + 1)


# What is written as a secret, and what of it must never be shown.
SECRET = "hunter two"
LINES = (
    f"registry['http_secret'] = '{SECRET}'",
    f'registry["http_secret"] = "{SECRET}" # why not',
    f"x = {{ 's3' => {{ 'secretkey' => '{SECRET}', 'bucket' => 'b' }} }}",
    f"registry['notifications'] = [{{ 'headers' => {{ 'Authorization' => ['{SECRET}'] }} }}]",
    f"x = {{ secretkey: '{SECRET}', region: 'r' }}",
    f"registry['http_secret'] = ENV.fetch('NAME', '{SECRET}').strip",
    f"registry['http_secret'] = ENV['NAME'] || '{SECRET}'",
    f"registry['http_secret'] = '{SECRET}' if true",
)


def mistyped(line: str) -> Iterator[str]:
    """*line* with one character left out, written twice or put in, in all places but its names and secret."""
    for at in range(len(line) + 1):
        if any(line.find(word) < at < line.find(word) + len(word) for word in NAMES if word in line):
            continue
        yield from (line[:at] + sign + line[at:] for sign in "'\"[](){},=>:;#.|+\\ ’x")
        if at < len(line) and not line.startswith(NAMES, at):
            yield line[:at] + line[at + 1 :]


NAMES = ("http_secret", "secretkey", "Authorization", SECRET)


@pytest.mark.parametrize("line", LINES)
def test_one_mistyped_character_shows_no_secret(line: str) -> None:
    leaks = [each for each in mistyped(line) if "hunter" in masked(each).text or "two" in masked(each).text]
    assert not leaks, leaks[:10]


def test_no_secret_of_any_letters_is_shown() -> None:
    """Whatever is between the quotes, even a quote that ends them where a letter follows: seeded secrets."""
    chance = random.Random(5)
    signs = [*"ab1 #{}[](),=>:;|+.§", "=>", "\\'", "b'c", 'b"c', " 'c", ', "c']
    for _ in range(2000):
        secret = f"hunter{''.join(chance.choice(signs) for _ in range(8))}hunter"
        line = chance.choice(LINES).replace(SECRET, secret)
        assert "hunter" not in masked(line).text, line


def test_brackets_stay_balanced() -> None:
    for line in LINES:
        text = masked(line).text.replace("[MASKED]", "")
        assert all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}")), text


@pytest.mark.parametrize(
    "filling", ["'", "\\'", "(", "' ", "a['token'] = ", "#", " ", "\"'", "=>", "'token' "]
)
def test_a_long_line_takes_no_time(filling: str) -> None:
    masked("registry['http_secret'] = " + filling * (5000 // len(filling)))
