"""tail-logs against real writers: svlogd rotating as fast as it can, a registry that cannot start."""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import CLEAN_ENVIRONMENT, free_port, program, wait_until
from torture import numbers, torture

from glctl.logs.recent import recent_lines
from glctl.logs.scan import scan
from glctl.logs.sources import LogSource

GLCTL = [sys.executable, "-m", "glctl"]


@pytest.fixture
def log_directory(tmp_path: Path) -> Path:
    directory = tmp_path / "var/log/gitlab/registry"
    directory.mkdir(parents=True)
    return directory


@contextlib.contextmanager
def svlogd(directory: Path, *config: str) -> Iterator[subprocess.Popen[bytes]]:
    """A svlogd that writes what it reads from its standard input; it ends when that is closed."""
    (directory / "config").write_text("\n".join(config) + "\n")
    command = [program("svlogd"), "-tt", str(directory)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=CLEAN_ENVIRONMENT)
    try:
        wait_until((directory / "current").exists, "svlogd is up")
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(20)


@pytest.mark.parametrize(
    ("rotation", "way"),
    [
        ("svlogd", "live"),
        ("svlogd, gzip", "stopped"),
        ("svlogd, gzip", "ended"),
        ("svlogd", "killed, to a file"),
        ("logrotate, rename", "ended"),
        ("logrotate, rename", "killed, slow reader"),
        ("logrotate, copytruncate", "stopped"),
    ],
)
def test_every_line_comes_once_and_in_order_whatever_rotates(tmp_path: Path, rotation: str, way: str) -> None:
    result = torture(tmp_path, rotation, way, lines=30_000)
    assert result.is_good, result
    assert result.rotations > 2


# Runs glctl and kills it before or after the N-th call of a function of os.
_KILLED_AT = """
import os, signal, sys
when, name, left = sys.argv.pop(1), sys.argv.pop(1), int(sys.argv.pop(1))
call = getattr(os, name)
def counted(*arguments):
    global left
    left -= 1
    if when == "before" and not left:
        os.kill(os.getpid(), signal.SIGKILL)
    result = call(*arguments)
    if when == "after" and not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(os, name, counted)
from glctl import cli
cli.main()
"""


_KILLS = [("after", "write"), ("before", "pwrite"), ("after", "pwrite"), ("before", "write")]


@pytest.mark.parametrize("form", ["raw", "text", "json"])
@pytest.mark.parametrize(("to_file", "repeats"), [(True, 0), (False, 4)], ids=["file", "pipe"])
def test_a_kill_repeats_in_a_file_nothing_and_in_a_pipe_what_it_was_just_given(
    tmp_path: Path, log_directory: Path, to_file: bool, repeats: int, form: str
) -> None:
    (log_directory / "current").write_bytes(b"".join(b"line %d of many%200d\n" % (n, n) for n in range(2000)))
    arguments = ["--root", str(tmp_path), "tail-logs", "registry", "-n", "2000", "--no-follow"]
    arguments += ["--format", form, "--cursor", str(tmp_path / "cursor")]
    killed = [[sys.executable, "-c", _KILLED_AT, *at, str(n), *arguments] for at in _KILLS for n in (1, 3)]
    environment = {**CLEAN_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = tmp_path / "printed"
    for command in [*killed, [*GLCTL, *arguments]]:
        with printed.open("ab") as file:
            done = subprocess.run(
                command, stdout=file if to_file else subprocess.PIPE, env=environment, check=False
            )
            file.write(done.stdout or b"")
        assert done.returncode == (-signal.SIGKILL if command in killed else 0)
    seen = [int(number) for number in re.findall(rb"line (\d+) of many", printed.read_bytes())]
    assert sorted({*seen}) == [*range(2000)]
    repeated = [last - first + 1 for last, first in itertools.pairwise(seen) if first != last + 1]
    assert len(repeated) == repeats
    assert all(0 < lines <= 4096 // 200 for lines in repeated)


def test_last_lines_are_read_from_the_archives_of_a_real_svlogd(log_directory: Path) -> None:
    with svlogd(log_directory, "s4096", "n1000", "!gzip") as process:
        process.communicate(b"".join(b"line %d of many\n" % number for number in range(2000)))
    for count in (1, 50, 150, 1999):
        lines = recent_lines(LogSource("registry", log_directory / "current"), count)
        assert numbers(b"\n".join([*lines, b""])) == list(range(2000 - count, 2000))


@contextlib.contextmanager
def glctl(root: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [*GLCTL, "--root", str(root), "tail-logs", *arguments]
    environment = {**CLEAN_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_ends_it_quietly(tmp_path: Path, log_directory: Path) -> None:
    (log_directory / "current").write_text("one\n")
    with glctl(tmp_path, "registry") as process:
        assert process.stdout
        assert process.stdout.readline() == b"one\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_it_ends_quietly_when_its_reader_goes_though_nothing_more_is_logged(
    tmp_path: Path, log_directory: Path
) -> None:
    (log_directory / "current").write_text("one\ntwo\n")
    with glctl(tmp_path, "registry") as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"one\n"
        process.stdout.close()
        assert process.wait(10) == 0
        assert process.stderr.read() == b""


def test_that_a_request_is_not_there_is_told_before_it_is_waited_for(
    tmp_path: Path, log_directory: Path
) -> None:
    log = log_directory / "current"
    log.write_text('{"correlation_id":"01GF"}\n')
    with glctl(tmp_path, "registry", "--format", "raw", "--request", "01GE") as process:
        assert process.stderr
        assert process.stdout
        assert process.stderr.readline().startswith(b"glctl: no line is about request 01GE in registry (")
        assert process.stderr.readline() == b"  -> To look further back: --since T\n"
        line = b'{"correlation_id":"01GE"}\n'
        with log.open("ab") as file:
            file.write(line)
        assert process.stdout.readline() == line
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == (b"", b"")


def test_what_is_logged_is_printed_within_milliseconds(tmp_path: Path, log_directory: Path) -> None:
    log = log_directory / "current"
    log.write_text("ready\n")
    delays = []
    with glctl(tmp_path, "registry") as process, log.open("ab", buffering=0) as writer:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        for number in range(50):
            time.sleep(0.005)
            begun = time.monotonic()
            writer.write(b"%d\n" % number)
            assert process.stdout.readline() == b"%d\n" % number
            delays.append(time.monotonic() - begun)
    assert sorted(delays)[len(delays) // 2] < 0.02


CONFIG = """
version: 0.1
storage: {storage}
http: {{addr: "127.0.0.1:{port}"}}
"""


@pytest.mark.parametrize(
    ("storage", "taken", "code", "explanation"),
    [
        ("{gcs: {bucket: b}}", False, "storage-driver-unknown", "has no storage driver 'gcs'"),
        ("{inmemory: {}}", True, "registry-port-taken", "127.0.0.1:{port} is held by another process"),
    ],
)
def test_the_rules_name_why_a_real_registry_does_not_start(
    tmp_path: Path, log_directory: Path, storage: str, taken: bool, code: str, explanation: str
) -> None:
    with socket.socket() as other, svlogd(log_directory, "s1000000") as logger:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1] if taken else free_port()
        config = tmp_path / "config.yml"
        config.write_text(CONFIG.format(storage=storage, port=port))
        command = [program("docker-registry"), "serve", str(config)]
        subprocess.run(command, check=False, stdout=logger.stdin, stderr=logger.stdin, env=CLEAN_ENVIRONMENT)
    (match,) = scan(recent_lines(LogSource("registry", log_directory / "current"), 100), "registry").matches
    assert (match.code, match.count) == (code, 1)
    assert explanation.format(port=port) in match.explanation
    assert match.last is not None
