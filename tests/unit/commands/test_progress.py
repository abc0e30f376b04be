from __future__ import annotations

import os
import pty
from typing import TYPE_CHECKING

import pytest

from glctl.commands.progress import Progress
from glctl.findings.found import found
from glctl.findings.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GROUPS = {"clock": ("clock",), "services": ("registry-service", "ports")}
ILL = Report("registry", (found("service-down", "registry", "It is down."),), (), 1.0)
CLEAN = b"\r\x1b[K"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Callable[[bytes], bytes]]]:
    """Makes standard error a terminal of 27 columns, and gives what reads from it up to an end."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:

        def read(end: bytes) -> bytes:
            content = b""
            while not content.endswith(end):
                content += os.read(master, 4096)
            return content

        def watch() -> Callable[[bytes], bytes]:
            monkeypatch.setattr("sys.stderr", terminal)
            monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((27, 24)))
            return read

        yield watch
    os.close(master)


def test_one_line_names_each_group_once_and_leaves_nothing_behind(
    watch: Callable[[], Callable[[bytes], bytes]],
) -> None:
    read = watch()
    with Progress(GROUPS) as progress:
        progress.examining(["ports", "registry-service"])
        assert read("…".encode()) == CLEAN + "examining services …".encode()
        progress.examining(["clock", "ports"])
        assert read(b" ") == CLEAN + b"examining clock, services "  # as wide as the terminal, and no wider
    assert read(CLEAN) == CLEAN


def test_waiting_names_what_is_wrong_and_the_time_that_is_left(
    watch: Callable[[], Callable[[bytes], bytes]],
) -> None:
    read = watch()
    with Progress(GROUPS) as progress:
        progress.waiting(ILL, 12.3)
        assert read(b"w") == CLEAN + b"12 s left, service-down: w"
        progress.waiting(None, 9.0)
        assert read(b"wai") == CLEAN + b"9 s left, no registry: wai"
    assert read(CLEAN) == CLEAN


def interrupted() -> None:
    with Progress(GROUPS) as progress:
        progress.examining(["clock"])
        raise KeyboardInterrupt


def test_it_is_cleaned_up_after_an_interrupt_as_well(
    watch: Callable[[], Callable[[bytes], bytes]],
) -> None:
    read = watch()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert read(CLEAN) == CLEAN + "examining clock …".encode() + CLEAN


def test_without_a_terminal_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(GROUPS) as progress:
        progress.examining(["clock"])
        progress.waiting(ILL, 3.0)
    assert capsys.readouterr().err == ""
