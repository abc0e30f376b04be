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


def test_what_differs_stands_last(run: Run) -> None:
    code, out, err = run(TEXT)
    assert (code, err) == (0, "")
    lacking = out.count("\n  # ")
    assert out[out.index("Not compared") :].splitlines() == [
        "Not compared, since glctl makes nothing of it:",
        "  gitaly['auth_token']  gitlab.rb:6",
        "",
        "Without need, since the same would hold without it:",
        "  registry['log_level']  'info'  gitlab.rb:5",
        "",
        "Set beside the defaults, and what would hold without:",
        "  external_url             'http://gitlab.example.com'     not set   gitlab.rb:1",
        "  registry_external_url    'https://registry.example.com'  not set   gitlab.rb:2",
        "  registry['debug_addr']   '127.0.0.1:5001'                not set   gitlab.rb:3",
        "  registry['http_secret']  [MASKED]                        [MASKED]  gitlab.rb:4",
        "",
        f"4 set beside the defaults, 1 without need, 1 not compared, {lacking} only in the example.",
    ]
    assert "\n  # registry['uid'] = 986\n" in out


def test_an_empty_file(run: Run) -> None:
    out = run("")[1]
    assert out.startswith("Only in the example (glctl --root /")
    assert "gitlab.rb explain KEY says more):\n  # external_url 'https://" in out
    assert out.splitlines()[-1].startswith("0 set beside the defaults, 0 without need, 0 not compared, ")


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
