from __future__ import annotations

import os
import pty
from typing import TYPE_CHECKING

import pytest

from glctl.commands.progress import Progress
from glctl.doctor.found import found
from glctl.findings.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GROUPS = {"clock": ("clock",), "services": ("registry-service", "ports")}
ILL = Report("registry", (found("service-down", "registry", "It is down."),), (), 1.0)
CLEAN = b"\r\x1b[K"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Callable[[], bytes]]]:
    """Makes standard error a terminal of 30 columns; gives what has been written to it since the last call."""
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    with os.fdopen(slave, "w") as terminal:

        def watch() -> Callable[[], bytes]:
            monkeypatch.setattr("sys.stderr", terminal)
            monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((30, 24)))
            return lambda: os.read(master, 4096)

        yield watch
    os.close(master)


def test_one_line_names_each_group_once_and_leaves_nothing_behind(
    watch: Callable[[], Callable[[], bytes]],
) -> None:
    read = watch()
    with Progress(GROUPS) as progress:
        progress.examining(["ports", "registry-service"])
        assert read() == CLEAN + "examining services …".encode()
        progress.examining(["clock", "ports"])
        assert read() == CLEAN + b"examining clock, services "  # as wide as the terminal, and no wider
    assert read() == CLEAN


def test_waiting_names_what_is_wrong_and_the_time_that_is_left(
    watch: Callable[[], Callable[[], bytes]],
) -> None:
    read = watch()
    with Progress(GROUPS) as progress:
        progress.waiting(ILL, 12.3)
        assert read().startswith(CLEAN + b"12 s left, service-down: wai")
        progress.waiting(None, 9.0)
        assert read().startswith(CLEAN + b"9 s left, no registry: waiti")


def test_it_is_cleaned_up_after_an_interrupt_as_well(watch: Callable[[], Callable[[], bytes]]) -> None:
    read = watch()
    with pytest.raises(KeyboardInterrupt), Progress(GROUPS) as progress:
        progress.examining(["clock"])
        raise KeyboardInterrupt
    assert read().endswith(CLEAN)


def test_without_a_terminal_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(GROUPS) as progress:
        progress.examining(["clock"])
        progress.waiting(ILL, 3.0)
    assert capsys.readouterr().err == ""
