"""The doctor on a real stack: what it says of the clock, leaves behind, keeps to itself, and how it ends.

That it finds what is wrong with a stack is tested in tests/faults/doctor.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers import chronyd, free_port, wait_until
from stacks import Stack, told
from stacks import stack as made
from ways import edited, header, moved_away, registry_runs_with, setting, stopped, with_mode

from glctl.services.catalog import NGINX, REGISTRY
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT = Path(__file__).parents[2] / "docs/doctor.md"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with made() as healthy:
        yield healthy


# --- the clock


def test_a_clock_that_is_off_is_a_cause_of_its_own(stack: Stack, tmp_path: Path) -> None:
    with chronyd(tmp_path, ahead=600) as ahead:
        report = stack.doctor("--ntp-server", ahead)
    assert report["root_causes"] == ["clock-skew"], told(report)
    assert "600 s behind" in report["findings"][0]["summary"]


def test_one_liar_among_three_time_servers_is_outvoted_and_named(stack: Stack, tmp_path: Path) -> None:
    honest, liar = tmp_path / "honest", tmp_path / "liar"
    honest.mkdir()
    liar.mkdir()
    with chronyd(honest) as second, chronyd(liar, ahead=600) as third:
        servers = [word for s in (third, stack.time_server, second) for word in ("--ntp-server", s)]
        report = stack.require_well(*servers)
    clock = report["checks"][0]["because"]
    assert "by 2 time servers" in clock
    assert re.search(rf"outvoted: {re.escape(third)}: \+(?:599\.9|600\.0)", clock)


@pytest.mark.parametrize("answer", ["none", "contradicting"])
def test_a_clock_that_nobody_vouches_for_is_not_verified(stack: Stack, tmp_path: Path, answer: str) -> None:
    with contextlib.ExitStack() as servers:
        other = f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
        options = ["--ntp-server", other]
        if answer == "contradicting":
            options = ["--ntp-server", servers.enter_context(chronyd(tmp_path, ahead=600))]
            options += ["--ntp-server", stack.time_server]
        report = stack.doctor(*options)
        strict, _, _ = stack.glctl("doctor", "--strict", *options)
    assert report["root_causes"] == ["clock-not-verified"], told(report)
    assert report["checks"][0]["outcome"] == "finding"
    assert (report["ok"], strict) == (True, 1)


def test_storage_and_clock_at_once(stack: Stack, tmp_path: Path) -> None:
    stack.forget_logs()
    with chronyd(tmp_path, ahead=-90) as behind, moved_away(stack.images):
        report = stack.doctor("--ntp-server", behind)
    assert set(report["root_causes"]) == {"clock-skew", "storage-missing"}, told(report)


# --- healthy, but different


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in report["checks"]}


def test_without_a_debug_server_its_check_is_not_tried(stack: Stack) -> None:
    with edited(stack.config, setting("http", "debug", value=None)):
        report = stack.require_well(but=("registry-config-drift",))
    assert outcomes(report)["debug-server"] == "not_tried"


def test_the_key_is_also_found_in_the_secrets_file(stack: Stack) -> None:
    with moved_away(stack.key):
        assert outcomes(stack.require_well(but=("file-drift",)))["token"] == "ok"


def test_tls_that_ends_before_nginx(stack: Stack) -> None:
    """As behind a load balancer: clients use https, nginx is spoken to in http and knows it."""
    with header(stack, "X-Forwarded-Proto", "https"):
        report = stack.require_well("--write", but=("nginx-config-drift",))
    push = next(check for check in report["checks"] if check["name"] == "push")
    assert push["because"].startswith("begun only: clients are sent on to https://registry.example.com:")
    assert not list((stack.repositories / "glctl/doctor/_uploads").glob("*/data"))


def test_by_default_nothing_is_left_in_storage(stack: Stack) -> None:
    def files() -> list[Path]:
        return sorted(stack.images.rglob("*"))

    before = files()
    stack.require_well()
    assert files() == before


def test_writing_again_leaves_nothing_more(stack: Stack) -> None:
    def blobs() -> list[Path]:
        return sorted(path for path in stack.images.rglob("data") if path.is_file())

    stack.require_well("--write")
    before = blobs()
    stack.require_well("--write")
    assert blobs() == before


def test_read_only_does_not_even_write_a_temporary_file(stack: Stack) -> None:
    with with_mode(stack.repositories, 0o555):
        report = stack.require_well("--read-only")
    assert outcomes(report)["storage-writable"] == "not_tried"


def asked(stack: Stack) -> int:
    """How many requests of the doctor the registry has logged."""
    return len(re.findall(r' HTTP/1\.1" \d+ \d+ "" "glctl/', stack.log.read_text()))


@pytest.mark.parametrize(("options", "words"), [((), "by default"), (("--write",), "with `--write`")])
def test_it_asks_no_more_than_its_document_says(stack: Stack, options: tuple[str, ...], words: str) -> None:
    limit = re.search(rf"{words} at most (\d+) times", DOCUMENT.read_text())
    assert limit
    before = asked(stack)
    stack.require_well(*options)
    counted = settled(lambda: asked(stack)) - before
    debug_server = 2  # which logs nothing
    assert 4 < counted + debug_server <= int(limit[1])


def settled(count: Callable[[], int]) -> int:
    """What *count* gives when it no longer changes: logs are written a moment later."""
    last, now = -1, count()
    while now != last:
        time.sleep(0.3)
        last, now = now, count()
    return now


# --- as a command


def test_a_healthy_stack_that_has_settled_is_examined_in_a_second_and_a_half(stack: Stack) -> None:
    wait_until(lambda: look(REGISTRY.directory(stack.root)).seconds > 3, "the registry has settled")
    assert min(stack.require_well()["duration_ms"] for _ in range(5)) < 1500


def test_all_well_fits_a_screen_and_ends_with_the_lines_for_clients(stack: Stack) -> None:
    code, out, err = stack.glctl("doctor", "--write", "--ntp-server", stack.time_server, *stack.options)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert len(lines) <= 24
    place = f"registry.example.com:{stack.ports['nginx']}"
    assert lines[-3:] == [
        f"docker login {place}",
        f"docker push {place}/GROUP/PROJECT:TAG",
        f"docker pull {place}/GROUP/PROJECT:TAG",
    ]


def test_waiting_sees_the_repair(stack: Stack) -> None:
    command = [sys.executable, "-m", "glctl", "--root", str(stack.path), "doctor", "--wait", "60"]
    command += ["--only", "proxy", "--ntp-server", stack.time_server, *stack.options]
    with stopped(stack, NGINX):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=2)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, ""), out
    assert "No fault, as far as it was looked at: " in out


def test_nothing_configured_yet(tmp_path: Path, stack: Stack) -> None:
    code, out, err = Stack(tmp_path, stack.time_server, {}).glctl("doctor")
    assert (code, out) == (1, "")
    assert "There is no registry here" in err
    assert f"glctl --root {tmp_path} reconfigure" in err


def test_a_registry_that_hangs_is_late_and_holds_nobody_up(stack: Stack) -> None:
    pid = look(REGISTRY.directory(stack.root)).pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        report = stack.doctor("--timeout", "0.5")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert time.monotonic() - begun < 4  # not the 7 s that a client waits for an answer
    assert report["root_causes"] == ["check-late"], told(report)
    assert outcomes(report)["token"] == "not_run"
    stack.require_well()


def test_ctrl_c_ends_it_at_once_and_quietly(stack: Stack) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "glctl", "--root", str(stack.path), "doctor", "--ntp-server", server]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        silent.recv(64)  # it is waiting for the answer now
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "")


def test_a_reader_that_has_gone_is_no_error(stack: Stack) -> None:
    command = [sys.executable, "-m", "glctl", "--root", str(stack.path)]
    command += ["doctor", "--ntp-server", stack.time_server]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_secret_is_shown_whatever_the_logs_repeat(stack: Stack) -> None:
    planted = {name: f"PLANTED-{name}-{os.urandom(4).hex()}" for name in ("http", "user", "header", "proxy")}
    port = free_port()
    endpoint = {
        "name": "hook",
        "url": f"http://bob:{planted['user']}@127.0.0.1:{port}/?token={planted['user']}",
        "headers": {"Authorization": [f"Bearer {planted['header']}"]},
        "timeout": "200ms",
        "threshold": 1,
        "backoff": "10ms",
    }

    def change(text: str) -> str:
        text = setting("http", "secret", value=planted["http"])(text)
        return setting("notifications", value={"endpoints": [endpoint]})(text)

    proxy = stack.path / "opt/gitlab/etc/registry/env/HTTP_PROXY"
    proxy.write_text(f"http://bob:{planted['proxy']}@127.0.0.1:1")
    shown = ""
    with registry_runs_with(stack, change):
        key_lines = stack.key.read_text().splitlines()
        stack.doctor("--write")  # a push, and so an event
        wait_until(lambda: planted["user"].encode() in stack.log.read_bytes(), "the log repeats the endpoint")
        ntp = ("--ntp-server", stack.time_server)
        for options in (["doctor"], ["-v", "doctor"], ["-v", "doctor", "--format", "json"]):
            shown += "".join(map(str, stack.glctl(*options, "--write", *ntp)))
    proxy.unlink()
    assert "notification-failing" in shown
    for secret in (*planted.values(), "eyJ", *key_lines):
        assert secret not in shown
