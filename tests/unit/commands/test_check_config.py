import json
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl import cli

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Checks a text; the name of its file is left out of what is said."""

    def run(text: str, *args: str) -> tuple[int, str, str]:
        file = tmp_path / "gitlab.rb"
        file.write_text(text)
        code = cli.run(["--root", str(tmp_path), "--config", str(file), "check-config", *args])
        said = capsys.readouterr()
        return code, said.out.replace(str(file), "FILE"), said.err

    return run


def test_a_good_file(run: Run) -> None:
    assert run(GOOD) == (0, "FILE is fine.\n", "")


@pytest.mark.parametrize(
    ("lines", "args", "code", "verdict"),
    [
        ("registry['nosuch'] = 1", [], 0, "FILE is fine: 1 warning."),
        ("registry['nosuch'] = 1\nnginx['dir'] = 5", [], 2, "FILE is not fit to use: 1 error, 1 warning."),
        ("registry['storage'] = 1\nnginx['dir'] = 5", [], 2, "FILE is not fit to use: 2 errors."),
        ("registry['nosuch'] = 1", ["--strict"], 2, "FILE is not fit to use: 1 warning."),
        ("", ["--strict"], 0, "FILE is fine."),
        ("nosuch['a'] = 1", [], 2, "FILE is not fit to use: 1 error."),
        ("registry['a", [], 2, "FILE is not fit to use: 1 error."),
    ],
)
def test_all_that_is_wrong_is_said_and_counted(
    run: Run, lines: str, args: list[str], code: int, verdict: str
) -> None:
    found, out, err = run(GOOD + lines, *args)
    assert (found, err) == (code, "")
    assert out.splitlines()[-1] == verdict


def test_each_has_its_place_and_what_to_write(run: Run) -> None:
    _, out, _ = run(GOOD + "registry['log_levle'] = 'info'")
    assert out.startswith("FILE:3:1: warning: registry has no setting 'log_levle'")
    assert "    3 | registry['log_levle'] = 'info'" in out
    assert "-> Did you mean 'log_level'?" in out


def test_what_only_shows_when_files_are_made(run: Run) -> None:
    lines = "registry['nginx']['custom_gitlab_server_config'] = '} server {'\nregistry['nosuch'] = 1"
    code, out, _ = run(GOOD + lines)
    assert code == 2
    assert "error: registry['nginx']['custom_gitlab_server_config']" in out
    assert out.endswith("FILE is not fit to use: 1 error, 1 warning.\n")


def test_json(run: Run) -> None:
    code, out, err = run(GOOD + "registry['storage'] = 1", "--format", "json")
    assert (code, err) == (2, "")
    report = json.loads(out)
    assert report["ok"] is False
    [diagnostic] = report["diagnostics"]
    assert list(diagnostic) == ["code", "severity", "file", "line", "column", "message", "hint"]
    assert (diagnostic["code"], diagnostic["severity"]) == ("wrong-type", "error")
    assert (diagnostic["file"], diagnostic["line"], diagnostic["column"]) == ("FILE", 3, 1)
    assert json.loads(run(GOOD, "--format", "json")[1]) == {"ok": True, "diagnostics": []}


def test_no_secret_is_shown(run: Run) -> None:
    text = GOOD + "registry['http_secret'] = ['hunter2']\nregistry['internal_key'] = 'hunter2' +"
    assert "hunter2" not in "".join(run(text)[1:]) + "".join(run(text, "--format", "json")[1:])
