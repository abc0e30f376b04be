"""What the tests of reading a gitlab.rb share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from glctl.errors import ConfigError
from glctl.gitlabrb.model import Names, Symbol
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.reader import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.gitlabrb.model import Settings
    from glctl.spans import Diagnostic

NAMES = Names(
    values=frozenset({"external_url", "registry_external_url", "roles"}),
    hashes=frozenset({"registry", "nginx", "gitlab_rails", "git_data_dirs"}),
    others={"carrier_pigeon": ("was removed in GitLab 1.2", "Write a letter.")},
)
HOST_FILES = {
    "/run/secret": "s3cret\n",
    "/run/config.yml": "a: 1\nb: :c\n",
    "/etc/more.rb": "registry['f'] = 1\nregistry['g']['h'] = 1\n",
    "/etc/loop.rb": "from_file '/etc/loop.rb'\n",
    "/etc/wrong.rb": "registry['f'] = 08\n",
}
ENVIRON = {"HOST": "host.example.com", "LATIN1": "caf\udce9"}

# What Ruby and Omnibus's rules made of snippets, recorded once by running them. A file for each module;
# between lines of "---" the Ruby, then "=> " and the settings as JSON, or "!! " and what Ruby raised.
# Where glctl refuses what Ruby takes, "~~ " has its words.
ANSWERS = Path(__file__).parent / "answers"
ANSWERS_ENVIRON = {
    "HOST": "host.example.com",
    "PORT": "5000",
    "EMPTY": "",
    "LIST": "a,b, c",
    "GITLAB_A": "1",
    "GITLAB_B": "2",
}
ANSWERS_FILES = {
    "/run/secret": "s3cret\n",
    "/run/config.yml": "a: 1\nb: [x, y]\n",
    "/etc/more.rb": "registry['f'] = 1\nregistry['g']['h'] = 1\n",
    "/etc/names.rb": "FROM_FILE = 1\nx = 5\n",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes *ruby_answer* runs once for each snippet recorded for its module."""
    if "ruby_answer" in metafunc.fixturenames:
        stem = Path(metafunc.module.__file__).stem.removeprefix("test_")
        snippets = (ANSWERS / f"{stem}.txt").read_text().removesuffix("\n").split("\n---\n")
        metafunc.parametrize("ruby_answer", snippets)


@pytest.fixture
def check_answer(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Asserts that a snippet gives what it was recorded to give."""
    root = tmp_path_factory.getbasetemp() / "answers"
    for path, text in ANSWERS_FILES.items():
        file = root / path.removeprefix("/")
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    facts = {"fqdn": "host.example.com"}
    outside = Outside(ANSWERS_ENVIRON, "oracle-host", facts, lambda path: root / path.removeprefix("/"))

    def check(recorded: str) -> None:
        text, _, answer = recorded.rpartition("\n")
        if answer.startswith("~~ "):
            text = text.rpartition("\n")[0]
        if answer.startswith("=> "):
            found = evaluate(text, "gitlab.rb", NAMES, outside=outside).values
            assert json.loads(json.dumps(_as_json(found))) == json.loads(answer[3:])
            return
        with pytest.raises(ConfigError) as caught:
            evaluate(text, "gitlab.rb", NAMES, outside=outside)
        first = next(each for each in caught.value.diagnostics if each.severity == "error")
        assert answer.startswith("!! ") or answer == f"~~ {first.code}: {first.message}"

    return check


def _as_json(value: Any) -> Any:
    """*value* as it is recorded: symbols, and keys that are no strings, are marked."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else f"__key__:{'nil' if key is None else key}": _as_json(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return {"__symbol__": str(value)} if isinstance(value, Symbol) else value


@pytest.fixture
def names() -> Names:
    """Some names of settings."""
    return NAMES


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """A host with some files."""
    root = tmp_path_factory.getbasetemp() / "host"
    for path, text in HOST_FILES.items():
        file = root / path.removeprefix("/")
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    facts = {"fqdn": "host.example.com"}
    return Outside(ENVIRON, "host", facts, lambda path: root / path.removeprefix("/"))


@pytest.fixture
def settings(outside: Outside) -> Callable[[str], Settings]:
    """Gives the Settings that a text makes."""
    return lambda text: evaluate(text, "gitlab.rb", NAMES, outside=outside)


@pytest.fixture
def value(outside: Outside) -> Callable[[str], Any]:
    """Gives the value of an expression, as a setting has it."""

    def evaluated(expression: str) -> Any:
        text = f"registry['v'] = {expression}"
        return evaluate(text, "gitlab.rb", NAMES, outside=outside).get("registry", "v")

    return evaluated


@pytest.fixture
def told(outside: Outside) -> Callable[[str], list[str]]:
    """Gives what is told about a text: ``line:column-end severity code: message -> hint``."""

    def lines(text: str) -> list[str]:
        diagnostics: tuple[Diagnostic, ...]
        try:
            diagnostics = evaluate(text, "gitlab.rb", NAMES, outside=outside).warnings
        except ConfigError as error:
            diagnostics = error.diagnostics
        return [_line(diagnostic) for diagnostic in diagnostics]

    return lines


def _line(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    assert span is not None
    end = span.end_column if span.end_line == span.line else f"{span.end_line}:{span.end_column}"
    place = f"{span.line}:{span.column}-{end}"
    return f"{place} {diagnostic.severity} {diagnostic.code}: {diagnostic.message} -> {diagnostic.hint}"
