import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from glctl.commands.interruption import finishing
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


def write_interrupted(output: Output, size: int, number: int = signal.SIGINT) -> None:
    """Write *size* bytes, of which the pipe takes 64 KiB at once, and have a signal come meanwhile."""
    timer = threading.Timer(0.05, os.kill, (os.getpid(), number))
    timer.start()
    try:
        output.write(b"x" * size)
    finally:
        timer.join()


@pytest.fixture
def in_background() -> Iterator[None]:
    """Where a shell's script starts it with ``&``."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_begun_is_written_to_its_end_and_nothing_more_before_a_signal_comes(
    pipe: tuple[int, int], number: int, request: pytest.FixtureRequest
) -> None:
    if number == signal.SIGTERM:
        request.getfixturevalue("in_background")
    output = Output(pipe[1])
    with finishing(), held_back():
        reader = reads(pipe[0], 200_000, after=0.1)
        write_interrupted(output, 200_000, number)
        reader.join()
        with pytest.raises(KeyboardInterrupt):
            output.check()
        with pytest.raises(KeyboardInterrupt):
            output.write(b"more")


def test_a_reader_that_takes_nothing_does_not_hold_up_the_end(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_module, "_FINISHED_WITHIN", 0.05)
    with held_back(), pytest.raises(KeyboardInterrupt):
        write_interrupted(Output(pipe[1]), 200_000)


def test_a_reader_that_has_gone_is_told() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with pytest.raises(BrokenPipeError):
            Output(writer).write(b"x")
    finally:
        os.close(writer)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What each os.write wrote."""
    pieces, write = [], os.write

    def note(descriptor: int, data: bytes) -> int:
        pieces.append(bytes(data))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", note)
    return pieces


LINES = 9 * (b"x" * 999 + b"\n")


@pytest.mark.parametrize(("unread", "sizes"), [(b"", [19_011]), (b"y", [4000, 4000, 1000, 4096, 4096, 1819])])
def test_a_pipe_gets_whole_lines_at_once_as_far_as_they_fit(
    pipe: tuple[int, int], written: list[bytes], unread: bytes, sizes: list[int]
) -> None:
    data = LINES + b"y" * 10_000 + b"\n" + b"unfinished"
    output = Output(pipe[1])
    output.write(unread)
    written.clear()
    output.write(data)
    assert b"".join(written) == data
    assert [len(each) for each in written] == sizes


def test_an_empty_pipe_gets_as_many_lines_as_it_can_hold(pipe: tuple[int, int], written: list[bytes]) -> None:
    fcntl.fcntl(pipe[1], fcntl.F_SETPIPE_SZ, 8192)
    reader = reads(pipe[0], len(LINES), after=0.05)
    Output(pipe[1]).write(LINES)
    reader.join()
    assert [len(each) for each in written] == [8000, 1000]


APPENDED = os.O_RDWR | os.O_APPEND


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        (b"", b"one\ntwo\nthree\n"),
        (b"on", b"e\ntwo\nthree\n"),
        (b"one\n", b"two\nthree\n"),
        (b"one\ntwo\nth", b"ree\n"),
        (b"other\n", b"one\ntwo\nthree\n"),
        (b"one\nother\n", b"two\nthree\n"),
        (b"x" * (5 << 20), b"one\ntwo\nthree\n"),
    ],
)
def test_what_a_file_has_already_is_left_out_as_far_as_it_comes_again(
    tmp_path: Path, begun: bytes, expected: bytes
) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"zero\n")
    with log.open("r+b", buffering=0) as file:
        descriptor = os.open(log, APPENDED)
        try:
            end = Output(descriptor).end()
            file.seek(0, os.SEEK_END)
            file.write(begun)
            output = Output(descriptor)
            output.go_on_from(end)
            for line in (b"one\n", b"two\n", b"three\n"):
                output.write(line)
                assert end[2] < output.end()[2] <= log.stat().st_size
            assert log.read_bytes() == b"zero\n" + begun + expected
            assert output.end()[2] == log.stat().st_size
        finally:
            os.close(descriptor)


@pytest.mark.parametrize("how", ["truncated", "another", "not appended to"])
def test_what_is_no_longer_the_same_file_gets_all(tmp_path: Path, how: str) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"zero\none\n")
    descriptor = os.open(log, APPENDED)
    end = Output(descriptor).end()
    os.close(descriptor)
    end[2] -= len(b"one\n")
    if how == "truncated":
        log.write_bytes(b"")
    elif how == "another":
        log.rename(tmp_path / "old")
        log.write_bytes(b"zero\none\n")
    descriptor = os.open(log, os.O_RDWR if how == "not appended to" else APPENDED)
    try:
        output = Output(descriptor)
        output.go_on_from(end)
        before = log.stat().st_size
        os.lseek(descriptor, before, os.SEEK_SET)
        output.write(b"one\n")
        assert log.stat().st_size == before + len(b"one\n")
    finally:
        os.close(descriptor)


def test_a_pipe_has_no_end(pipe: tuple[int, int]) -> None:
    output = Output(pipe[1])
    assert output.end() == []
    output.go_on_from([1, 2, 3])
    output.write(b"one\n")
    assert os.read(pipe[0], 100) == b"one\n"
