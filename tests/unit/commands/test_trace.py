from __future__ import annotations

import importlib.util
import json
import sys
from typing import TYPE_CHECKING

import pytest
from recorded import BEGAN, DIGEST, exchange, talk

from glctl import cli
from glctl.trace.saving import save

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    there = (
        "https://s3.example.com/images/docker/registry/v2/blobs/x/data?X-Amz-Credential=K%2Fd%2Fr%2Fs3%2Fa"
    )
    there += "&X-Amz-Signature=PLANTED"
    bearer = (("Authorization", "Bearer PLANTED"),)
    led = exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 307, asked=bearer, answered=(("Location", there),))
    path = tmp_path / "x.har"
    save(talk(led, exchange("HEAD", there, 403, began=BEGAN + 1)), path)
    return path


def test_a_file_is_explained(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["-v", "trace", "registry", "--read", str(file)]) == 1
    out = capsys.readouterr().out
    assert "[s3-redirect-denied]" in out
    assert "s3:GetObject" in out
    assert "PLANTED" not in out


def test_credentials_are_shown_when_asked_for(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["-v", "trace", "--read", str(file), "--with-secrets"])
    assert "> Authorization: Bearer PLANTED" in capsys.readouterr().out


def test_json_and_what_is_saved_are_masked(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "saved.har"
    assert cli.run(["trace", "--read", str(file), "--format", "json", "--save", str(saved)]) == 1
    out = capsys.readouterr().out
    assert json.loads(out)["root_causes"] == ["s3-redirect-denied"]
    assert "PLANTED" not in out + saved.read_text()
    cli.run(["trace", "--read", str(saved)])
    assert "[s3-redirect-denied]" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [[], ["--read", "x", "--", "true"], ["--"], ["--listen", "--", "true"], ["--listen", "--read", "x"]],
)
def test_one_thing_is_to_be_traced(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["trace", *arguments]) == 2
    assert "glctl trace registry -- skopeo" in capsys.readouterr().err


def test_without_mitmproxy_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert cli.run(["trace", "--", "true"]) == 1
    assert "pip install 'glctl[trace]'" in capsys.readouterr().err


def test_the_commands_options_are_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mitmproxy")
    code = "import sys; sys.exit(3 if sys.argv[1:] == ['--format', 'x', '--', '--help'] else 4)"
    assert cli.run(["trace", "--", sys.executable, "-c", code, "--format", "x", "--", "--help"]) == 3
    assert "trace-nothing-seen" in capsys.readouterr().out


def test_a_proxy_that_is_passed_over_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("HTTPS_PROXY", "http://user:PLANTED@proxy:3128")
    cli.run(["trace", "--", "true"])
    err = capsys.readouterr().err
    assert "HTTPS_PROXY is set" in err
    assert "PLANTED" not in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--docker", "--read", "x"], "--docker is for a command"),
        (["--docker", "--listen"], "--docker is for a command"),
        (["--for", "10m", "--", "true"], "are for --listen"),
        (["--listen=:1"], "no address"),
        (["--listen", "--for", "never"], "no time"),
        (["--docker=other", "--", "true"], "'other' is not one of"),
    ],
)
def test_what_does_not_go_together(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["trace", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_restart_of_the_daemon_is_not_without_being_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("glctl.services.host_docker.require_possible", lambda _: None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert cli.run(["trace", "--docker=host", "--", "true"]) == 2
    assert "Say --yes" in capsys.readouterr().err
