import json
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from glctl import __version__, cli
from glctl.commands.context import Context
from glctl.errors import GlctlError

GLCTL = [sys.executable, "-m", "glctl"]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GLCTL_ROOT", "COLUMNS", "_GLCTL_COMPLETE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Makes a function of the test a command of glctl, named ``probe``."""

    def add(function: Callable[..., Any]) -> None:
        module = types.ModuleType("glctl.commands.probe")
        module.command = click.command("probe")(click.pass_obj(function))  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "glctl.commands.probe", module)
        monkeypatch.setitem(cli.COMMANDS, "probe", ("probe", "command", "Only in tests."))

    return add


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_there_and_helps(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: glctl {name} ")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([option]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in cli.COMMANDS)
    assert "Exit codes:" in text


@pytest.mark.parametrize(
    ("columns", "width", "wrapped"), [("none", 78, True), ("90", 88, False), ("300", 108, False)]
)
def test_help_fits_the_terminal(
    columns: str,
    width: int,
    wrapped: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setitem(cli.COMMANDS, "probe", ("probe", "command", "word " * 11 + "end"))
    assert cli.run(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert (next(line for line in lines if "probe" in line).endswith("end")) is not wrapped


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"glctl {__version__}\n"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["doctro"], "No such command 'doctro'. Did you mean 'doctor'?"),
        (["frobnicate"], "No such command 'frobnicate'."),
        (["--frobnicate"], "No such option '--frobnicate'"),
        (["--colour", "auto", "status"], "No such option '--colour'"),
        (["--color", "pink", "status"], "'pink' is not one of"),
        (["--root"], "Option '--root' requires an argument."),
    ],
)
def test_wrong_usage_is_one_message_and_exit_2(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    error, hint = err.splitlines()
    assert message in error
    assert hint.startswith("  -> ")


def test_no_command_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 2
    assert "tail-logs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "seen"),
    [
        ([], {"root": "/", "config": "/etc/gitlab/gitlab.rb", "verbose": False, "color": False}),
        (["--root", "{tmp}"], {"root": "{tmp}", "config": "{tmp}/etc/gitlab/gitlab.rb"}),
        (["--config", "x.rb"], {"config": "x.rb"}),
        (["--config", "-"], {"config": "/dev/stdin"}),
        (["-v", "--color", "always"], {"verbose": True, "color": True}),
    ],
)
def test_global_options_reach_the_command(
    args: list[str], seen: dict[str, Any], probe: Callable[..., None], tmp_path: Path
) -> None:
    contexts: list[Context] = []
    probe(contexts.append)
    assert cli.run([arg.format(tmp=tmp_path) for arg in args] + ["probe"]) == 0
    [context] = contexts
    actual = {
        "root": str(context.root.path),
        "config": str(context.config_file),
        "verbose": context.console.verbose,
        "color": context.console.color,
    }
    expected = {
        key: value.format(tmp=tmp_path) if isinstance(value, str) else value for key, value in seen.items()
    }
    assert {key: actual[key] for key in expected} == expected


def test_the_environment_names_the_root(
    probe: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts: list[Context] = []
    probe(contexts.append)
    monkeypatch.setenv("GLCTL_ROOT", str(tmp_path))
    assert cli.run(["probe"]) == 0
    assert contexts[0].root.path == tmp_path


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("", "--root is empty."),  # --root "$UNSET" must not mean the machine itself
        (
            "{tmp}/nothing here",
            "--root {tmp}/nothing here does not exist.\n  -> Make it first: mkdir -p '{tmp}/nothing here'",
        ),
        ("{tmp}/file", "--root {tmp}/file is not a directory."),
    ],
)
def test_a_root_that_is_none_is_refused(
    root: str, message: str, probe: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    probe(lambda _context: pytest.fail("the command ran"))
    assert cli.run(["--root", root.format(tmp=tmp_path), "probe"]) == 2
    assert f"glctl: {message.format(tmp=tmp_path)}" in capsys.readouterr().err


@pytest.mark.parametrize(("returned", "exit_code"), [(None, 0), (0, 0), (3, 3), ("text", 0)])
def test_what_a_command_returns_is_the_exit_code(
    returned: object, exit_code: int, probe: Callable[..., None]
) -> None:
    probe(lambda _context: returned)
    assert cli.run(["probe"]) == exit_code


@pytest.mark.parametrize(
    ("error", "exit_code", "message"),
    [
        (GlctlError("it failed", "Try again."), 1, "glctl: it failed\n  -> Try again.\n"),
        (OSError(28, "No space left on device", "/x"), 1, "glctl: No space left on device: /x\n"),
        (BrokenPipeError(32, "Broken pipe"), 1, "glctl: Broken pipe\n"),  # of a server: stdout has its reader
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (click.UsageError("not so"), 2, "glctl: not so.\n  -> See: glctl probe --help\n"),
        (click.exceptions.Exit(5), 5, ""),
    ],
)
def test_an_error_becomes_a_message_and_an_exit_code(
    error: BaseException,
    exit_code: int,
    message: str,
    probe: Callable[..., None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(_context: Context) -> None:
        raise error

    probe(fail)
    assert cli.run(["probe"]) == exit_code
    out, err = capfd.readouterr()
    assert out == ""
    assert err.endswith(message)
    assert "Traceback" not in err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_gone_is_no_error(unbuffered: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [*GLCTL, "--help"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_is_told_once() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*GLCTL, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "glctl: No space left on device\n")


@pytest.mark.parametrize(("closed", "args", "exit_code"), [([1], ["--help"], 0), ([1, 2], ["doctro"], 2)])
def test_closed_streams_are_no_error(closed: list[int], args: list[str], exit_code: int) -> None:
    """As with ``>&-`` in a shell."""
    program = f"import os, sys; [os.close(fd) for fd in {closed}]; os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", program, *GLCTL, *args], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (exit_code, b"")


@pytest.mark.parametrize(("encoding", "text"), [("utf-8", "\udcff"), ("ascii", "ä")])
def test_what_stdout_cannot_encode_is_escaped(encoding: str, text: str) -> None:
    """A path may hold any byte, and a locale may lack the letter."""
    program = f"import sys; from glctl import cli; cli.run = lambda _: sys.stdout.write({text!r}); cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.stdout, done.stderr) == (text.encode("ascii", "backslashreplace"), b"")


def test_ctrl_c_ends_quietly_with_130() -> None:
    program = (
        "import signal, sys, time, types, click\n"
        "from glctl import cli\n"
        "module = types.ModuleType('glctl.commands.probe')\n"
        "module.command = click.command('probe')(lambda: (print('ready', flush=True), time.sleep(60)))\n"
        "sys.modules['glctl.commands.probe'] = module\n"
        "cli.COMMANDS['probe'] = ('probe', 'command', '')\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "cli.main()\n"
    )
    command = [sys.executable, "-c", program, "probe"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


def completions(shell: str, words: str, incomplete: str) -> list[str]:
    """What *shell* is offered for *incomplete* after *words*, by click's protocol."""
    variables = {
        "_GLCTL_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": f"{words} {incomplete}",
        # The index of the word; fish sends the word itself.
        "COMP_CWORD": incomplete if shell == "fish" else str(len(words.split())),
    }
    done = subprocess.run(GLCTL, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_completion_script(shell: str) -> None:
    done = subprocess.run(
        GLCTL,
        env={**os.environ, "_GLCTL_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"_GLCTL_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell: str) -> None:
    assert any("tail-logs" in line for line in completions(shell, "glctl", "ta"))
    assert not any("doctor" in line for line in completions(shell, "glctl", "ta"))
    assert any("--config" in line for line in completions(shell, "glctl --root /", "--c"))


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_shows_the_help_of_a_command(shell: str) -> None:
    _, _, text = cli.COMMANDS["tail-logs"]
    assert text in json.dumps(completions(shell, "glctl", "ta"))


def test_completion_runs_in_bash() -> None:
    """The generated function, in a real bash, with the installed command."""
    script = (
        "source <(_GLCTL_COMPLETE=bash_source glctl)\n"
        "COMP_WORDS=(glctl check) COMP_CWORD=1\n"
        "_glctl_completion glctl\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    assert (done.stdout, done.stderr) == ("check-config\n", "")


@pytest.mark.parametrize(
    ("options", "environment", "called"),
    [
        ([], None, "glctl"),
        (["--root", "ROOT"], None, "glctl --root ROOT"),
        (["--root", "ROOT", "--config", "my file.rb"], None, "glctl --root ROOT --config 'my file.rb'"),
        ([], "ROOT", "glctl"),
    ],
)
def test_hints_repeat_the_options_that_were_given(
    probe: Callable[[Callable[..., Any]], None],
    options: list[str],
    environment: str | None,
    called: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_context: Context) -> None:
        raise GlctlError("It is not there.", "Run: glctl reconfigure")

    probe(fails)
    if environment:
        monkeypatch.setenv("GLCTL_ROOT", str(tmp_path))
    given = [option.replace("ROOT", str(tmp_path)) for option in options]
    assert cli.run([*given, "probe"]) == 1
    expected = called.replace("ROOT", str(tmp_path))
    assert capsys.readouterr().err == f"glctl: It is not there.\n  -> Run: {expected} reconfigure\n"
