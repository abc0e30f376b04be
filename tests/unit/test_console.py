import io

import pytest

from glctl.cli import COMMANDS
from glctl.console import VERBS, ColorMode, Console, as_called, harmless, wants_color


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_paint_colours_only_where_colour_is_on() -> None:
    assert Console(color=True).paint("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"
    assert Console(color=True).paint("x") == "x"
    assert Console(color=False).paint("x", "red") == "x"


def test_results_go_to_stdout_and_notes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Console().out("result")
    Console().out()
    Console().note("progress")
    assert capsys.readouterr() == ("result\n\n", "progress\n")


@pytest.mark.parametrize(
    ("mode", "stream", "variables", "colored"),
    [
        ("auto", Terminal(), {}, True),
        ("auto", Terminal(), {"NO_COLOR": "1"}, False),
        ("auto", Terminal(), {"NO_COLOR": ""}, True),  # no-color.org: set and not empty
        ("auto", Terminal(), {"TERM": "dumb"}, False),
        ("auto", io.StringIO(), {}, False),
        ("always", io.StringIO(), {"NO_COLOR": "1"}, True),
        ("never", Terminal(), {}, False),
    ],
)
def test_wants_color(
    mode: ColorMode,
    stream: io.StringIO,
    variables: dict[str, str],
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_color(mode, stream) is colored


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü €", "plain äöü €"),
        ("a\tb", "a\tb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r", "a\\nb\\r"),
        ("\x9b31m", "\\x9b31m"),
        ("right\u202eleft", "right\\u202eleft"),
        ("\udcff", "\\udcff"),
        ("", ""),
    ],
)
def test_harmless_shows_control_characters_instead_of_obeying_them(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Run: glctl reconfigure", "Run: glctl --root /s reconfigure"),
        ("`glctl check-config` shows them.", "`glctl --root /s check-config` shows them."),
        ("Use: sudo glctl tail-logs nginx", "Use: sudo glctl --root /s tail-logs nginx"),
        ("glctl makes one for the key.", "glctl makes one for the key."),
        ("what glctl starts", "what glctl starts"),
        ("/opt/glctl start", "/opt/glctl start"),
        ("glctl start-up", "glctl start-up"),
    ],
)
def test_commands_are_told_as_this_run_was_called(text: str, typed: str) -> None:
    assert as_called(text, "glctl --root /s") == typed
    assert as_called(text, "glctl") == text


def test_every_command_is_known_in_a_text() -> None:
    assert sorted(VERBS) == sorted(COMMANDS)


def test_a_note_tells_commands_so(capsys: pytest.CaptureFixture[str]) -> None:
    Console(called="glctl --root /s").note("Run: glctl start")
    assert capsys.readouterr().err == "Run: glctl --root /s start\n"
