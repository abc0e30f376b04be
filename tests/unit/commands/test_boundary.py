import errno
import subprocess
import sys
from pathlib import Path

import pytest

from glctl import cli
from glctl.commands.boundary import report
from glctl.errors import ConfigError, GlctlError, UsageError
from glctl.paths import Root
from glctl.spans import Diagnostic, Span


@pytest.mark.parametrize(
    ("error", "exit_code", "text"),
    [
        (GlctlError("it failed"), 1, "glctl: it failed\n"),
        (GlctlError("it failed", "Try again."), 1, "glctl: it failed\n  -> Try again.\n"),
        (UsageError("no such service"), 2, "glctl: no such service\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "glctl: No space left on device\n"),
        (PermissionError(errno.EACCES, "Denied", "/etc/x"), 1, "glctl: Denied: /etc/x\n"),
        (OSError(errno.ENOENT, "Gone", "/a\x1b[31m"), 1, "glctl: Gone: /a\\x1b[31m\n"),
        (OSError(errno.EROFS, "Read-only", b"/a\xff"), 1, "glctl: Read-only: /a\\udcff\n"),
        (OSError(errno.EBADF, "Bad descriptor", 7), 1, "glctl: Bad descriptor\n"),
        (TimeoutError("timed out"), 1, "glctl: timed out\n"),
    ],
)
def test_an_error_becomes_one_message(
    error: Exception, exit_code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == exit_code
    assert capsys.readouterr() == ("", text)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["doctro"], ("No such command 'doctro'. Did you mean 'doctor'?", "See: glctl --help")),
        (
            ["check-config", "x.rb"],
            (
                "Got unexpected extra argument (x.rb).",
                "To read another file: glctl --config x.rb check-config",
            ),
        ),
        (
            ["check-config", "x"],
            ("Got unexpected extra argument (x).", "See: glctl check-config --help"),
        ),
        (
            ["check-config", "--config", "x"],
            ("No such option '--config'.", "It belongs before the command: glctl --config FILE check-config"),
        ),
        (
            ["tail-logs", "--request"],
            ("Option '--request' requires an argument.", "See: glctl tail-logs --help"),
        ),
        (["--root"], ("Option '--root' requires an argument.", "See: glctl --help")),
        (["check-config", "--nope"], ("No such option '--nope'.", "See: glctl check-config --help")),
        (
            ["--config", "", "check-config"],
            ("--config is empty.", "Name a file, or leave --config out to mean gitlab.rb itself."),
        ),
    ],
)
def test_wrong_usage_is_told_with_its_cause_first(
    args: list[str], said: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(args) == 2
    assert capsys.readouterr() == ("", f"glctl: {said[0]}\n  -> {said[1]}\n")


def test_a_full_stdout_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "glctl", "--root", tmp_path, "explain", "registry.debug_addr"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("glctl: No space left on device: standard output\n")


def test_a_config_error_shows_all_its_diagnostics(capsys: pytest.CaptureFixture[str]) -> None:
    span = Span("/nowhere/gitlab.rb", 3, 1, 3, 5)
    error = ConfigError([Diagnostic("a", "error", "first", span=span), Diagnostic("b", "error", "second")])
    assert report(error) == 2
    assert capsys.readouterr() == ("", "/nowhere/gitlab.rb:3:1: error: first\nerror: second\n")


def bug() -> Exception:
    """A bug that happened in glctl/paths.py, below frames that are not glctl's."""
    try:
        Root().at("hunter2")
    except ValueError as exc:
        return exc
    raise AssertionError


def test_a_bug_names_its_place_and_no_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GLCTL_DEBUG", raising=False)
    assert report(bug()) == 1
    text = capsys.readouterr().err
    assert "this is a bug in glctl" in text
    assert "ValueError at paths.py:" in text
    assert "hunter2" not in text
    assert "Traceback" not in text


def test_a_bug_outside_of_glctl_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ZeroDivisionError()) == 1
    assert "ZeroDivisionError at ?" in capsys.readouterr().err


def test_debugging_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLCTL_DEBUG", "1")
    report(bug())
    assert "Traceback" in capsys.readouterr().err
