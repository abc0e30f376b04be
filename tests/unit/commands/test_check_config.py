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
        ("registry['nosuch'] = 1", [], 0, "FILE has no error: 1 warning."),
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


def test_a_custom_directive_is_told_at_its_line_beside_other_errors(run: Run) -> None:
    lines = "registry_nginx['custom_gitlab_server_config'] = '} server {'\nnginx['dir'] = 5"
    code, out, _ = run(GOOD + lines, "--omnibus-version", "18.0")
    assert code == 2
    assert "FILE:3:1: error: registry_nginx['custom_gitlab_server_config'] holds something else" in out
    assert "FILE:4:1: error: nginx['dir'] is 5" in out


def test_what_no_file_could_hold_is_told_at_its_line(run: Run) -> None:
    code, out, _ = run(GOOD + "registry['nginx']['custom_header'] = 1\nregistry['dir'] = \"/a\u007fb\"")
    assert code == 2
    assert "FILE:4:1: error: registry['dir']" in out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A misspelt name between independent errors; no address is missed: it may be this one.
        (
            "registry['dir'] = 1\nregistry_extrenal_url ''\nnginx['dir'] = 5\nregistry['enable'] = true",
            [(1, "wrong-type"), (2, "unknown-setting"), (3, "wrong-type")],
        ),
        # Half of the file is no Ruby at all, the rest is looked at all the same.
        ("nginx['dir'] = 5\nregistry['dir'] = )\n", [(1, "wrong-type"), (2, "ruby-syntax")]),
        # Whether the registry is enabled cannot be known: its storage is looked at all the same.
        (
            "registry_extrenal_url 'r'\nregistry['storage'] = {\n  's3' => { 'regionendpoints' => 'x' }\n}",
            [(1, "unknown-setting"), (3, "unknown-key")],
        ),
        # What could not be worked out is not missed.
        (
            "registry['storage'] = { 's3' => { 'bucket' => nosuch, 'region' => 'r' } }\nnginx['dir'] = 5",
            [(1, "unknown-setting"), (2, "wrong-type")],
        ),
        # A default does not collide with what the broken line may have moved away.
        (
            "registry['registry_http_addr'] = `true`\nregistry['debug_addr'] = '127.0.0.1:5000'",
            [(1, "ruby-unsupported")],
        ),
    ],
)
def test_all_is_told_at_once_without_what_only_follows(
    run: Run, text: str, expected: list[tuple[int, str]]
) -> None:
    code, out, _ = run(text, "--format", "json")
    found = json.loads(out)["diagnostics"]
    assert code == 2
    assert [(d["line"], d["code"]) for d in found] == expected


@pytest.mark.parametrize(
    ("version", "code", "severity"),
    [("15.9", 0, None), ("15.11.2-ee.0", 0, "warning"), ("16.11", 2, "error"), (None, 0, "warning")],
)
def test_settings_are_those_of_the_version_named(
    run: Run, version: str | None, code: int, severity: str | None
) -> None:
    args = [] if version is None else ["--omnibus-version", version]
    found, out, _ = run(GOOD + "gitaly['auth_token'] = 'x'", "--format", "json", *args)
    told = [d["severity"] for d in json.loads(out)["diagnostics"] if d["line"] == 3]
    assert (found, told) == (code, [severity] * bool(severity))


def test_the_version_installed_counts_on_an_omnibus_host(run: Run, tmp_path: Path) -> None:
    (tmp_path / "opt/gitlab/embedded").mkdir(parents=True)
    (tmp_path / "opt/gitlab/version-manifest.txt").write_text("gitlab-ee 16.11.2\n\nComponent ...\n")
    assert run(GOOD + "grafana['enable'] = false")[0] == 0
    assert run(GOOD + "gitaly['auth_token'] = 'x'")[0] == 2
    assert run(GOOD + "gitaly['auth_token'] = 'x'", "--omnibus-version", "15.9")[0] == 0


def test_a_bad_version_is_a_wrong_command_line(run: Run) -> None:
    code, out, err = run(GOOD, "--omnibus-version", "sixteen")
    assert (code, out) == (2, "")
    assert "'sixteen': a version of GitLab looks like 16.11 or 16.11.2-ee.0." in err


def test_another_file_that_cannot_be_read_is_told_beside(run: Run, tmp_path: Path) -> None:
    secrets = tmp_path / "etc/gitlab/gitlab-secrets.json"
    secrets.parent.mkdir(parents=True)
    secrets.write_text("{")
    _, out, _ = run(GOOD + "nosuch['a'] = 1", "--format", "json")
    assert [d["code"] for d in json.loads(out)["diagnostics"]] == ["unknown-setting", "unreadable-file"]


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


@pytest.mark.parametrize("content", [None, "#" * 2_100_000])
def test_json_of_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    file = tmp_path / "gitlab.rb"
    if content:
        file.write_text(content)
    assert cli.run(["--config", str(file), "check-config", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    [diagnostic] = json.loads(out)["diagnostics"]
    assert (diagnostic["code"], diagnostic["severity"], err) == ("unreadable-file", "error", "")
    assert diagnostic["message"].startswith(str(file))
    assert not diagnostic["message"].endswith(".")


def test_no_secret_is_shown(run: Run) -> None:
    text = GOOD + "registry['http_secret'] = ['hunter2']\nregistry['internal_key'] = 'hunter2' +"
    assert "hunter2" not in "".join(run(text)[1:]) + "".join(run(text, "--format", "json")[1:])


def test_many_warnings_with_one_remedy_are_told_once(run: Run) -> None:
    keys = ("socket_path", "listen_addr", "auth_token", "logging_level", "storage")
    lines = "".join(f"gitaly['{key}'] = 'x'\n" for key in keys)
    _, out, _ = run(GOOD + lines + "registry['nosuch'] = 1\n")
    assert out.count("was removed in GitLab 16.0") == 1
    assert "     and 4 more like it, on lines 4, 5, 6, 7 (-v shows them)\n" in out
    assert out.index("more like it") < out.index("'nosuch'")
    assert out.endswith("FILE has no error: 6 warnings, 1 note.\n")
    _, out, _ = run(GOOD + lines, "--format", "json")
    assert len(json.loads(out)["diagnostics"]) == 6


def test_notes_do_not_count_even_when_strict(run: Run) -> None:
    code, out, _ = run(GOOD + "puma['a'] = 1\n", "--strict")
    assert code == 0
    assert "note: Settings of services that glctl does not run are left alone: puma" in out
    assert out.endswith("FILE is fine: 1 note.\n")


@pytest.mark.parametrize(("version", "told"), [("99.0", "note: GitLab 99.0 is not known here"), ("19.3", "")])
def test_a_version_beyond_those_that_are_known_is_told(run: Run, version: str, told: str) -> None:
    code, _, err = run(GOOD, "--omnibus-version", version)
    assert code == 0
    assert err.startswith(told)
    assert bool(err) == bool(told)
