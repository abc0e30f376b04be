"""Runs a program and disturbs it at one of its system calls, by ptrace(2). For Linux on x86_64.

Only the program itself is traced, and of each process that it starts what it does until its execve(2): what
runs from there on (services, ``nginx -t``) runs free, and is neither slowed down nor counted.

strace's injection would do as well if a call could be chosen by what it concerns. It can be by its number
only, and that differs from run to run: how many files in /proc are opened depends on what else runs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

IS_SUPPORTED = platform.system() == "Linux" and platform.machine() == "x86_64"

_PEEKUSER, _POKEUSER, _DETACH, _SYSCALL, _SETOPTIONS, _GETEVENTMSG = 3, 6, 17, 24, 0x4200, 0x4201
# Syscall stops told apart from signals, fork, vfork and clone followed, nobody left stopped if we end.
_OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x100000
_SYSCALL_STOP = signal.SIGTRAP | 0x80
_WALL = 0x40000000
# Offsets in struct user of sys/user.h.
_ARGUMENTS = (112, 104, 96, 56, 72, 64)  # rdi, rsi, rdx, r10, r8, r9
_RESULT, _NUMBER = 80, 120  # rax, orig_rax
_EXECVE = 59
_NO_CALL = -1

# Not by os.fork: the tests' own process may have threads.
_BE_TRACED = """
import ctypes, os, sys
os.chdir("/")
if ctypes.CDLL(None).ptrace(0, 0, None, None):  # PTRACE_TRACEME
    sys.exit("ptrace is not allowed here")
os.execv(sys.argv[1], sys.argv[1:])
"""

KILL: Literal["SIGKILL"] = "SIGKILL"
Disturbance = str  # KILL, or the name of an error: ENOSPC

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that is about to be made. *is_child*: by a process that has been started and is still
    the same program."""

    pid: int
    number: int
    is_child: bool

    def argument(self, index: int) -> int:
        """One of its arguments, as a signed number of 64 bits."""
        return _ptrace(_PEEKUSER, self.pid, _ARGUMENTS[index])

    def text(self, index: int) -> str:
        """The string that an argument points to."""
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
            memory.seek(self.argument(index))
            return os.fsdecode(memory.read(4096).partition(b"\0")[0])

    def data(self, index: int, size: int) -> bytes:
        """So many bytes that an argument points to."""
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
            memory.seek(self.argument(index))
            return memory.read(size)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, or the signal as a negative number; whether it was disturbed."""

    code: int
    disturbed: bool


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    output: Path,
    decide: Callable[[Call], Disturbance | None],
    seconds: float = 60.0,
) -> Ended:
    """Run *command*, which writes to *output*, in ``/``.

    *decide* is asked before each system call; what it answers first is done in place of that call, and the
    program then goes on untraced. After *seconds* it is killed.
    """
    pid = _start(command, environment, output)
    watchdog = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
    watchdog.start()
    try:
        disturbed = _follow(pid, decide, is_child=False)
        _, status = os.waitpid(pid, 0)
        return Ended(os.waitstatus_to_exitcode(status), disturbed)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        watchdog.cancel()


def _follow(pid: int, decide: Callable[[Call], Disturbance | None], *, is_child: bool) -> bool:
    """Have a stopped process go on until it is disturbed, ends or, a child, becomes another program.

    Returns whether it, or a child of it, was disturbed. It then goes on untraced.
    """
    inside, number, disturbed = False, 0, False
    while not disturbed:
        status = _go_on(pid, number)
        number = 0
        if status is None:
            break
        if status >> 16:
            child = _started(pid)
            os.waitpid(child, _WALL)  # until it is stopped
            # Its parent waits meanwhile, as in a vfork anyway.
            disturbed = _follow(child, decide, is_child=True)
        elif os.WSTOPSIG(status) != _SYSCALL_STOP:
            number = os.WSTOPSIG(status)  # a signal, which it is to have
        elif inside:
            inside = False
        else:
            inside = True
            call = Call(pid, _ptrace(_PEEKUSER, pid, _NUMBER), is_child)
            if disturbance := decide(call):
                _disturb(pid, disturbance)
                disturbed = True
            elif is_child and call.number == _EXECVE:
                break
    try:
        _ptrace(_DETACH, pid)
    except ProcessLookupError:  # it has ended
        if is_child:
            os.waitpid(pid, _WALL)  # else its parent would not hear of that
    return disturbed


def _go_on(pid: int, number: int = 0) -> int | None:
    """Have it go on, with a signal perhaps; returns the status of its next stop, None where it ends.

    That it has ended is left for whoever waits for it.
    """
    with suppress(ProcessLookupError):  # somebody else may have killed it
        _ptrace(_SYSCALL, pid, data=number)
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT | _WALL)
    if found is None or found.si_code in (os.CLD_EXITED, os.CLD_KILLED, os.CLD_DUMPED):
        return None
    return os.waitpid(pid, _WALL)[1]


def _disturb(pid: int, disturbance: Disturbance) -> None:
    """Kill it, or have the call that it is about to make fail without being made."""
    if disturbance == KILL:
        os.kill(pid, signal.SIGKILL)
        return
    _ptrace(_POKEUSER, pid, _NUMBER, _NO_CALL)
    _go_on(pid)
    _ptrace(_POKEUSER, pid, _RESULT, -getattr(errno, disturbance))


def _started(pid: int) -> int:
    """The process that *pid* has just started."""
    message = ctypes.c_ulong()
    _ptrace(_GETEVENTMSG, pid, data=ctypes.addressof(message))
    return message.value


def _start(command: Sequence[str], environment: Mapping[str, str], output: Path) -> int:
    """Start *command*, stopped at its first instruction; returns its pid."""
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    arguments = [sys.executable, "-I", "-S", "-c", _BE_TRACED, *command]
    pid = os.posix_spawn(sys.executable, arguments, environment, file_actions=streams)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSTOPPED(status):
        raise RuntimeError(f"{command[0]} could not be traced: {output.read_text()}")
    _ptrace(_SETOPTIONS, pid, data=_OPTIONS)
    return pid


def _ptrace(request: int, pid: int, address: int = 0, data: int = 0) -> int:
    ctypes.set_errno(0)
    result: int = _libc.ptrace(request, pid, address, data & (2**64 - 1))
    if result == -1 and (number := ctypes.get_errno()):
        raise OSError(number, os.strerror(number))
    return result
