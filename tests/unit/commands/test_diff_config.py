import json
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl import cli

TEXT = """external_url 'http://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['debug_addr'] = '127.0.0.1:5001'
registry['http_secret'] = 'hunter2'
registry['log_level'] = 'info'
gitaly['auth_token'] = 'hunter2'
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(text: str, *args: str) -> tuple[int, str, str]:
        file = tmp_path / "gitlab.rb"
        file.write_text(text)
        code = cli.run(["--root", str(tmp_path), "--config", str(file), "diff-config", *args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_what_differs_stands_first(run: Run) -> None:
    code, out, err = run(TEXT)
    assert (code, err) == (0, "")
    said = out.splitlines()
    names = next(n for n, line in enumerate(said) if line.startswith("Only in the example (glctl --root /"))
    assert said[:names] == [
        "Set beside the defaults, and what would hold without:",
        "  external_url             'http://gitlab.example.com'     not set   gitlab.rb:1",
        "  registry_external_url    'https://registry.example.com'  not set   gitlab.rb:2",
        "  registry['debug_addr']   '127.0.0.1:5001'                not set   gitlab.rb:3",
        "  registry['http_secret']  [MASKED]                        [MASKED]  gitlab.rb:4",
        "",
        "Without need, since the same would hold without it:",
        "  registry['log_level']  'info'  gitlab.rb:5",
        "",
        "Not compared, since glctl makes nothing of it:",
        "  gitaly['auth_token']  gitlab.rb:6",
        "",
    ]
    assert said[-1].startswith("4 set beside the defaults, 1 without need, 1 not compared, 1")
    assert said[-1].endswith(" only in the example.")


def test_what_only_the_example_has_takes_few_lines(run: Run) -> None:
    lines = run("")[1].splitlines()
    assert lines[0].endswith("gitlab.rb explain KEY says more):")
    assert lines[1] == "  external_url, registry_external_url, roles"
    assert lines[2].startswith("  gitlab_rails: enable, registry_enabled, registry_host, ")
    assert [line for line in lines if line.startswith("  registry: enable, username, ")]
    assert len(lines) < 50
    assert max(map(len, lines[1:])) <= 102


def test_an_empty_file(run: Run) -> None:
    assert (
        run("")[1].splitlines()[-1].startswith("0 set beside the defaults, 0 without need, 0 not compared, ")
    )


def test_json(run: Run) -> None:
    code, out, err = run(TEXT, "--format", "json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["set", "redundant", "unread", "lacking"]
    assert document["set"][2] == {
        "key": "registry.debug_addr",
        "value": "127.0.0.1:5001",
        "origin": {"kind": "file", "file": document["set"][2]["origin"]["file"], "line": 3, "because": ""},
        "otherwise": None,
    }
    assert [each["key"] for each in document["redundant"]] == ["registry.log_level"]
    assert [each["key"] for each in document["unread"]] == ["gitaly.auth_token"]
    assert document["lacking"][0]["example"] == "roles ['application_role']"


def test_no_secret_is_shown(run: Run) -> None:
    assert "hunter2" not in "".join(run(TEXT)[1:]) + "".join(run(TEXT, "--format", "json")[1:])


def test_a_file_with_errors(run: Run) -> None:
    code, _, err = run("registry['storage'] = 5")
    assert code == 0
    assert err.startswith("note: gitlab.rb has errors. See: glctl --root /")
    assert err.endswith(" check-config\n")
    assert run("registry['a")[0] == 2
