"""glctl trace --listen: a client that was told nothing but what is printed, and docker in another shell."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
from fake_gitlab import PASSWORD
from servers import program
from traced import image, push, stack

pytest.importorskip("mitmproxy")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traced import Stack


@pytest.fixture(scope="module")
def well() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="glctl-traced-") as folder, stack(Path(folder)) as made:
        Path(folder).chmod(0o755)
        yield made


@contextlib.contextmanager
def typing(text: str) -> Iterator[IO[str]]:
    """A standard input that holds this."""
    with tempfile.TemporaryFile("w+") as file:
        file.write(text)
        file.seek(0)
        yield file


@contextlib.contextmanager
def listening(*options: str, stdin: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A trace that listens, and what it has printed so far."""
    words = [sys.executable, "-m", "glctl", "trace", "--format", "json", *options]
    with (
        typing(stdin) as typed,
        subprocess.Popen(words, stdin=typed, stdout=-1, stderr=-1, text=True) as trace,
    ):
        assert trace.stderr
        said = ""
        while "\nListening at " not in said:
            line = trace.stderr.readline()
            assert line, said
            said += line
        try:
            yield trace, said
        finally:
            trace.kill()


def shell(said: str, command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """*command* in a shell in which that was typed which is printed for one, as it is."""
    typed = re.search(r"^cat >glctl-trace\.pem.*?^unset .*?$", said, re.MULTILINE | re.DOTALL)
    assert typed
    return subprocess.run(
        ["sh", "-c", f"{typed[0]}\n{command}"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_client_is_traced_until_ctrl_c(well: Stack, tmp_path: Path) -> None:
    some = image(tmp_path / "image")
    with listening("--listen") as (trace, said):
        assert "glctl:" not in said  # no password for this machine
        done = shell(said, subprocess.list2cmdline(push(some, well.https, tls=True)), tmp_path)
        assert done.returncode == 0, done.stderr
        trace.send_signal(signal.SIGINT)
        assert trace.stdout
        assert trace.stderr
        report, live = json.loads(trace.stdout.read()), trace.stderr.read()
    assert trace.wait() == (0 if report["ok"] else 1)
    assert [each["step"] for each in report["exchanges"]].count("finish upload") == 3
    assert report["command_exit"] is None
    assert re.search(r"^\d\d:\d\d:\d\d  .* put manifest .* 201", live, re.MULTILINE)
    assert PASSWORD not in live


def test_others_need_the_password_that_is_printed(well: Stack, tmp_path: Path) -> None:
    ping = f"curl -sS -o /dev/null -w %{{http_code}} http://registry.localhost:{well.http}/v2/"
    with listening("--listen=0.0.0.0", "--for", "30s") as (trace, said):
        here = re.sub(r"@[^:]+:", "@127.0.0.1:", said)  # this machine's name may not be known to itself
        assert re.search(r"http://glctl:[\w-]{16,}@", said)
        assert re.search(r"until \d\d:\d\d:\d\d", said)
        assert shell(here, ping, tmp_path).stdout == "401"
        wrong = re.sub(r"glctl:[\w-]+@", "glctl:wrong@", here)
        assert shell(wrong, ping, tmp_path).stdout == "407"
        assert shell(wrong, ping.replace("http:", "https:"), tmp_path).returncode
        trace.send_signal(signal.SIGINT)
        report = json.loads(trace.communicate()[0])
    assert [each["status"] for each in report["exchanges"]] == [401]
    assert "proxy-authorization" not in json.dumps(report).lower()


def test_a_password_that_is_given_is_not_printed_and_the_time_ends_it() -> None:
    with listening("--listen=0.0.0.0", "--password-stdin", "--for", "1s", stdin="sesame open\n") as (
        trace,
        said,
    ):
        assert "sesame" not in said
        assert "glctl:PASSWORD@" in said
        report = json.loads(trace.communicate(timeout=10)[0])
    assert report["root_causes"] == ["trace-nothing-seen"]


def test_docker_in_another_shell(well: Stack) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    program("dockerd")
    with listening("--docker") as (trace, said):
        host = re.search(r"export DOCKER_HOST=(\S+)", said)
        assert host, said
        words = [program("docker"), "pull", f"registry.localhost:{well.https}/group/none:1"]
        subprocess.run(words, env={**os.environ, "DOCKER_HOST": host[1]}, capture_output=True, check=False)
        trace.send_signal(signal.SIGINT)
        report = json.loads(trace.communicate(timeout=60)[0])
    assert report["exchanges"][0]["step"] == "ping"
    assert not Path(host[1].removeprefix("unix://")).parent.exists()
