from __future__ import annotations

import os
import random
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.errors import ConfigError, UsageError
from glctl.gitlabrb.model import Settings
from glctl.gitlabrb.reader import evaluate, read
from glctl.spans import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Names

EXAMPLE = """\
# What a small host has.
external_url 'https://gitlab.example.com'
registry_external_url "https://registry.example.com:5050"
host = ENV['HOST']

registry['enable'] = true; nginx['enable'] = true
registry['storage'] = {
  's3' => {
    'bucket' => 'images', # of eu-west-1
    region: "eu-west-1",
    :secure => true,
  },
}
registry['notifications'] = [{ 'name' => 'ci', 'headers' => { 'Authorization' => ['x'] } }, nil, -1.5]
registry['nginx']['custom_gitlab_server_config'] = <<~EOS
  location = /on/#{host} {
    return 204;
  }
EOS
nginx(listen_port: 80, 'proxy_set_headers' => {})
registry['log'] = nginx['log_level'] = 'in' + 'f' "o"
gitlab_rails['registry_path'] = "#{registry['storage']['s3']['bucket']}/\\u00e9 é"
roles ['application_role', :monitoring_role]
__END__
Not Ruby any more.
"""


def test_a_file_is_read(tmp_path: Path, names: Names) -> None:
    file = tmp_path / "gitlab.rb"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    found = read(file, names, environ={"HOST": "h1"})
    assert found.values == {
        "external_url": "https://gitlab.example.com",
        "registry_external_url": "https://registry.example.com:5050",
        "registry": {
            "enable": True,
            "storage": {"s3": {"bucket": "images", "region": "eu-west-1", "secure": True}},
            "notifications": [{"name": "ci", "headers": {"Authorization": ["x"]}}, None, -1.5],
            "nginx": {"custom_gitlab_server_config": "location = /on/h1 {\n  return 204;\n}\n"},
            "log": "info",
        },
        "nginx": {"listen_port": 80, "proxy_set_headers": {}, "log_level": "info"},
        "gitlab_rails": {"registry_path": "images/é é"},
        "roles": ["application_role", "monitoring_role"],
    }
    assert found.span("external_url") == Span(str(file), 2, 1, 2, 42)
    assert [setting.path for setting in found.overwritten] == [("nginx", "enable")]
    assert found.warnings == ()


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"# nothing", b"\r\n\r\n"])
def test_an_empty_file_sets_nothing(tmp_path: Path, names: Names, content: bytes) -> None:
    file = tmp_path / "gitlab.rb"
    file.write_bytes(content)
    assert read(file, names, environ={}).values == {}


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, names: Names) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "large").write_bytes(b"'" * (2 * 1024 * 1024 + 1))
    expected = {
        "missing": "does not exist.",
        "directory": "is a directory.",
        "directory/missing/gitlab.rb": "does not exist.",
        "large/gitlab.rb": "cannot be read: Not a directory.",
        "loop": "cannot be read: Too many levels of symbolic links.",
        "large": "has 2,097,153 bytes, and 2,097,152 are read at most.",
        "x" * 300: "cannot be read: File name too long.",
    }
    for name, message in expected.items():
        with pytest.raises(UsageError) as caught:
            read(tmp_path / name, names, environ={})
        assert caught.value.message == f"{tmp_path / name} {message}"
        assert caught.value.hint
        assert caught.value.exit_code == 2


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.gitlabrb.reader._WAIT_SECONDS", 0)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is a pipe, to which nobody wrote"):
        read(tmp_path / "pipe", names, environ={})


def test_a_pipe_is_read_to_its_end(names: Names, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"external_url 'x'")
    os.close(writing)
    try:
        assert read(Path(f"/dev/fd/{reading}"), names, environ={}).values == {"external_url": "x"}
    finally:
        os.close(reading)


def test_a_file_without_end_is_not_read_to_its_end(names: Names, tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    endless.symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="are read at most"):
        read(endless, names, environ={})


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Without root's right to read everything, where the test runs as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_this_user_may_not_read_is_told(tmp_path: Path, names: Names) -> None:
    file = tmp_path / "gitlab.rb"
    file.touch(mode=0)
    with ordinary_user(), pytest.raises(UsageError, match="may not be read by this user"):
        read(file, names, environ={})


@pytest.mark.parametrize(
    ("content", "message", "line", "column"),
    [
        (b"roles 'caf\xe9'", "the byte 0xe9 is not UTF-8", 1, 11),
        ("# é\nroles 'é".encode() + b"\xff'", "the byte 0xff is not UTF-8", 2, 9),
        (b"\xff\xfer\0", "the byte 0xff is not UTF-8", 1, 1),
        (b"roles 1\nroles '\0'", "a NUL byte", 2, 8),
        (b"roles '\xed\xa0\x80'", "the byte 0xed is not UTF-8", 1, 8),
    ],
)
def test_a_file_that_is_no_text_is_told(
    tmp_path: Path, names: Names, content: bytes, message: str, line: int, column: int
) -> None:
    file = tmp_path / "gitlab.rb"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read(file, names, environ={})
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span == Span(str(file), line, column, line, column + 1)
    assert (diagnostic.code, diagnostic.message) == ("not-text", message)
    assert caught.value.exit_code == 2


def test_all_that_is_wrong_is_told_in_the_order_of_the_text(names: Names) -> None:
    text = "external_url = 'a'\nroles [True, \nregistry['a'] = 08; registri 1; nginx 2"
    with pytest.raises(ConfigError) as caught:
        evaluate(text, "gitlab.rb", names, environ={})
    found = [(d.severity, d.code, str(d.span)) for d in caught.value.diagnostics]
    assert found == [
        ("warning", "local-variable", "gitlab.rb:1:1"),
        ("error", "ruby-syntax", "gitlab.rb:2:7"),
        ("error", "ruby-syntax", "gitlab.rb:3:17"),
        ("error", "unknown-setting", "gitlab.rb:3:21"),
        ("error", "wrong-type", "gitlab.rb:3:33"),
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("registri['x'] = 1\nregistry['a'] = 1", {"registry": {"a": 1}}),
        ("registry['a'] = frob\nregistry['b'] = [1, frob]", {"registry": {"b": [1]}}),
        ("external_url frob\nroles 'a'", {"roles": "a"}),
        ("registry['a'] = {'b' => frob, 'c' => 1}\nroles 1", {"registry": {"a": {"c": 1}}, "roles": 1}),
        ("registry['a'] = 08\nregistry['b'] = '", {"registry": {}}),
        ("registry['a'] = frob\nregistry['a'] = 1", {"registry": {"a": 1}}),
    ],
)
def test_what_is_wrong_comes_with_the_settings_of_the_rest(names: Names, text: str, values: object) -> None:
    with pytest.raises(ConfigError) as caught:
        evaluate(text, "gitlab.rb", names, environ={})
    assert isinstance(caught.value.settings, Settings)
    assert caught.value.settings.values == values


def test_the_place_of_a_value_that_is_unknown_is_known(names: Names) -> None:
    with pytest.raises(ConfigError) as caught:
        evaluate("registry['a'] = frob", "gitlab.rb", names, environ={})
    assert isinstance(caught.value.settings, Settings)
    assert caught.value.settings.span("registry", "a") == Span("gitlab.rb", 1, 1, 1, 21)


def test_without_an_evaluation_there_are_no_settings(names: Names) -> None:
    with pytest.raises(ConfigError) as caught:
        evaluate("roles 1\n" * 150_000, "gitlab.rb", names, environ={})
    assert caught.value.settings is None


def test_warnings_alone_do_not_hinder(names: Names) -> None:
    found = evaluate("external_url = 'a'", "gitlab.rb", names, environ={})
    assert [type(warning) for warning in found.warnings] == [Diagnostic]
    assert found.values == {}


TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
INSERTED = [*"\n \"'[]{}(),=:#\\;-+|&?%$@*/~.", "=>", "#{", "<<A", "do", "end", "if", "yes", "é", "“", "08"]


def mutated(text: str, rng: random.Random) -> str:
    """*text* with a few tokens deleted, doubled, exchanged or replaced, or cut off."""
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        match rng.randrange(6):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens.insert(at, rng.choice(INSERTED))
            case 4:
                tokens[at] = rng.choice(INSERTED)
            case _ if rng.random() < 0.3:
                del tokens[max(at, 10) :]
    return "".join(tokens)


def test_a_mutated_file_gives_settings_or_diagnostics(names: Names) -> None:
    rng = random.Random(20)
    refused = 0
    for _ in range(75):
        text = mutated(EXAMPLE, rng)
        started = time.process_time()
        found = diagnostics_of(text, names)
        assert time.process_time() - started < 1, text
        assert all(diagnostic.span and diagnostic.message and diagnostic.hint for diagnostic in found), text
        refused += any(diagnostic.severity == "error" for diagnostic in found)
    assert 37 < refused < 75


def diagnostics_of(text: str, names: Names) -> tuple[Diagnostic, ...]:
    try:
        return evaluate(text, "gitlab.rb", names, environ={"HOST": "h1"}).warnings
    except ConfigError as error:
        return error.diagnostics
