import io
import json

import pytest

from glctl import cli

FAMOUS = 'error parsing HTTP 403 response body: unexpected end of JSON input: ""'


def test_each_meaning_has_what_tells_and_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["why", FAMOUS]) == 0
    printed = capsys.readouterr().out
    assert f'"{FAMOUS}" can mean:' in printed
    assert "glctl doctor --only s3-redirect-denied\n" in printed


def test_words_need_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["why", "denied:", "access", "forbidden"]) == 0
    assert "[realm-redirects]" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_it_reads_standard_input(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"Pushing …\n{FAMOUS}\n"))
    assert cli.run(["why", *arguments]) == 0
    assert "[s3-redirect-denied]" in capsys.readouterr().out


def test_as_json_it_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["why", "--format", "json", FAMOUS]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["known"]
    assert {"code", "symptom", "meaning", "told_by", "command", "remedy", "source"} == {
        *document["meanings"][0]
    }


def test_what_is_unknown_is_called_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["why", "hello"]) == 1
    assert "Nothing is known of this message." in capsys.readouterr().out


def test_nothing_is_no_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(" \n"))
    assert cli.run(["why"]) == 2
    assert "There is no message." in capsys.readouterr().err


def test_what_was_pasted_does_not_reach_the_terminal_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["why", "\x1b[2J no such thing"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_what_only_a_client_sees_is_told_by_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["why", "blob upload unknown to registry"]) == 0
    assert "    glctl trace registry -- COMMAND…\n" in capsys.readouterr().out
