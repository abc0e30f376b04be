import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from glctl.logs import output as output_module
from glctl.logs.output import Output, held_back, let_in


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        os.close(descriptor)


def reads(reader: int, count: int, after: float = 0.0) -> threading.Thread:
    """Reads *count* bytes in the background."""

    def read() -> None:
        time.sleep(after)
        left = count
        while left:
            left -= len(os.read(reader, left))

    thread = threading.Thread(target=read)
    thread.start()
    return thread


def test_a_slow_reader_gets_everything(pipe: tuple[int, int]) -> None:
    data = os.urandom(1 << 20)
    received = b""

    def read() -> None:
        nonlocal received
        while len(received) < len(data):
            received += os.read(pipe[0], 1 << 16)

    thread = threading.Thread(target=read)
    thread.start()
    Output(pipe[1]).write(data)
    thread.join()
    assert received == data


def test_a_signal_comes_only_where_it_is_let_in() -> None:
    with held_back():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), let_in():
            time.sleep(10)
        with let_in():
            pass  # it came once


def interrupted_while_writing(pipe: tuple[int, int], size: int) -> None:
    """Write *size* bytes, of which the pipe takes 64 KiB at once, and have a SIGINT come meanwhile."""
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        Output(pipe[1]).write(b"x" * size)
    finally:
        timer.join()


def test_what_was_begun_is_written_to_its_end_before_a_signal_comes(pipe: tuple[int, int]) -> None:
    with held_back():
        reader = reads(pipe[0], 200_000, after=0.1)
        interrupted_while_writing(pipe, 200_000)
        reader.join()
        with pytest.raises(KeyboardInterrupt), let_in():
            time.sleep(10)


def test_a_reader_that_takes_nothing_does_not_hold_up_the_end(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_module, "_FINISHED_WITHIN", 0.05)
    with held_back(), pytest.raises(KeyboardInterrupt):
        interrupted_while_writing(pipe, 200_000)


def test_a_reader_that_has_gone_is_told() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with pytest.raises(BrokenPipeError):
            Output(writer).write(b"x")
    finally:
        os.close(writer)
