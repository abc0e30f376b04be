"""glctl trace against hostile servers and large layers: bounded in memory and time, and explained."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from servers_hostile import answering_with, serving
from traced import HOST, codes, traced

pytest.importorskip("mitmproxy")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mitmproxy's own, of OpenSSL

if TYPE_CHECKING:
    import socket
    from pathlib import Path

MIB = 1 << 20
# Runs a command, and prints how much memory it had at most (KiB).
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=2)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def curl(port: int, *more: str) -> list[str]:
    return ["curl", "-sS", "-o", os.devnull, "--max-time", "20", *more, f"http://{HOST}:{port}/v2/"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "wrong-backend"),
        (b"HTTP/1.1 abc\r\n\r\n", "wrong-backend"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "wrong-backend"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "wrong-backend"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", "wrong-backend"),
        (b"", "proxy-bad-answer"),
        (b"\x00" * 1000, "proxy-bad-answer"),
    ],
)
def test_what_is_no_http_is_told(data: bytes, expected: str, capfd: pytest.CaptureFixture[str]) -> None:
    with answering_with(data) as port:
        _, report = traced(capfd, curl(port))
    assert codes(report) in ([expected], ["wrong-backend"])
    assert "Traceback" not in report["said"]


def test_headers_without_end_are_cut_off(capfd: pytest.CaptureFixture[str]) -> None:
    sent = 0

    def answer(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while sent < 1024 * MIB:
            connection.sendall(b"x" * MIB)
            sent += MIB

    with serving(answer) as port:
        _, report = traced(capfd, curl(port))
    assert codes(report) == ["wrong-backend"]
    assert sent < 32 * MIB


def test_redirects_without_end_end_with_the_client(capfd: pytest.CaptureFixture[str]) -> None:
    with answering_with(
        b"HTTP/1.1 302 x\r\nLocation: /v2/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ) as port:
        code, report = traced(capfd, curl(port, "-L", "--max-redirs", "200"))
    assert (code, codes(report)) == (47, ["proxy-redirects"])
    assert len(report["exchanges"]) == 201


def test_an_answer_byte_by_byte_is_told_when_the_client_gives_up(capfd: pytest.CaptureFixture[str]) -> None:
    def answer(connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with serving(answer) as port:
        code, report = traced(capfd, curl(port, "--max-time", "2"))
    assert (code, codes(report)) == (28, ["client-gave-up"])


@pytest.mark.parametrize("direction", ["up", "down"])
def test_gigabytes_pass_in_bounded_memory(direction: str, tmp_path: Path) -> None:
    """As a layer of 256 MiB, of which nothing may stay."""
    size = 256 * MIB

    def take(connection: socket.socket) -> None:
        got = 0
        while got < size:
            got += len(connection.recv(MIB)) or size  # its headers count, too: nothing is lost by that
        connection.sendall(b"HTTP/1.1 202 x\r\nContent-Length: 0\r\n\r\n")

    def give(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // MIB):
            connection.sendall(bytes(MIB))

    with serving(take if direction == "up" else give) as port:
        url = f"http://{HOST}:{port}/v2/a/b/blobs/uploads/1"
        layer = tmp_path / "layer"
        with layer.open("wb") as file:
            file.truncate(size)
        sending = ["-H", "Expect:", "-X", "PATCH", "-T", str(layer)] if direction == "up" else []
        arguments = ["trace", "--format", "json", "--", "curl", "-sS", "-o", os.devnull, *sending, url]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, sys.executable, "-m", "glctl", *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=100,
        )
    assert f'"bytes": {size}' in done.stderr
    assert int(done.stdout) < 200 * 1024  # KiB
