import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl.services import control
from glctl.services.catalog import NGINX, REGISTRY
from glctl.services.control import Verb
from glctl.services.runit import Status

Supervised = Callable[[bytes], tuple[Path, int]]

EPOCH = 2**62 + 10


def status(state: int, pid: int = 0, want: str = "u", entered: float = 1e9) -> bytes:
    """A status file: *state* as runsv numbers it, *entered* at this Unix time."""
    stamp = (EPOCH + int(entered)).to_bytes(8, "big") + int(entered % 1 * 1e9).to_bytes(4, "big")
    return stamp + pid.to_bytes(4, "little") + b"\0" + want.encode() + b"\0" + bytes([state])


RUN, DOWN = status(1, pid=7), status(0)


@pytest.mark.parametrize(
    ("verb", "letters"),
    [
        (control.START, b"uc"),
        (control.STOP, b"d"),
        (control.RESTART, b"tcu"),
        (control.ONCE, b"oc"),
        (control.EXIT, b"x"),
        (control.HUP, b"h"),
        (control.INT, b"i"),
        (control.TERM, b"t"),
        (control.USR1, b"1"),
        (control.USR2, b"2"),
    ],
)
def test_each_verb_writes_the_letters_of_runsv(supervised: Supervised, verb: Verb, letters: bytes) -> None:
    directory, pipe = supervised(RUN)
    before = control.send(directory, verb)
    assert before.pid == 7
    assert os.read(pipe, 10) == letters


def test_nothing_is_sent_where_there_is_no_runsv(tmp_path: Path) -> None:
    assert control.send(tmp_path, control.START).state == "not installed"


@pytest.mark.parametrize(
    ("verb", "before", "now", "done"),
    [
        (control.START, DOWN, RUN, True),
        (control.START, RUN, RUN, True),
        (control.START, DOWN, DOWN, False),
        (control.RESTART, RUN, RUN, False),
        (control.RESTART, RUN, status(1, pid=8), True),
        (control.RESTART, RUN, status(1, pid=7, entered=1e9 + 1), True),  # the kernel gave the same pid again
        (control.RESTART, DOWN, RUN, True),
        (control.RESTART, RUN, DOWN, False),
        (control.STOP, RUN, RUN, False),
        (control.STOP, RUN, DOWN, False),  # the pause of a crash loop: it will be started again
        (control.STOP, RUN, status(0, want="d"), True),
        (control.STOP, status(0, want="d"), status(0, want="d"), True),
        (control.ONCE, DOWN, status(1, pid=8, want="d"), True),
        (control.ONCE, DOWN, status(0, want="d", entered=1e9 + 1), True),  # it has run and ended
        (control.ONCE, DOWN, DOWN, False),
        (control.EXIT, RUN, RUN, False),
        (control.HUP, RUN, RUN, True),
        (control.HUP, DOWN, DOWN, False),
    ],
)
def test_when_a_verb_is_done(
    supervised: Supervised, verb: Verb, before: bytes, now: bytes, done: bool
) -> None:
    directory, _ = supervised(before)
    seen = control.send(directory, verb)
    (directory / "supervise/status").write_bytes(now)
    assert control.wait(directory, verb, seen, timeout=0.0).ok is done


@pytest.mark.parametrize(
    ("verb", "ok"),
    [(control.START, False), (control.STOP, False), (control.HUP, False), (control.EXIT, True)],
)
def test_without_a_runsv_only_its_end_is_done(tmp_path: Path, verb: Verb, ok: bool) -> None:
    outcome = control.act(tmp_path, verb)
    assert (outcome.ok, outcome.status.state, outcome.waited) == (ok, "not installed", 0.0)


def test_what_is_up_must_stay_up(supervised: Supervised) -> None:
    directory, _ = supervised(status(1, pid=7, entered=time.time()))
    outcome = control.act(directory, control.START, timeout=5.0, settle=0.2)
    assert outcome.ok
    assert outcome.waited >= 0.15


def test_what_has_long_been_up_need_not_be_watched(supervised: Supervised) -> None:
    assert control.act(supervised(RUN)[0], control.START, settle=50.0).waited < 1.0


def test_a_clock_that_was_set_back_does_not_keep_a_service_from_being_up(supervised: Supervised) -> None:
    directory, _ = supervised(status(1, pid=7, entered=time.time() + 600))
    assert control.act(directory, control.START, timeout=5.0, settle=0.1).ok


def test_a_failed_wait_says_what_was_seen_last(supervised: Supervised) -> None:
    outcome = control.act(supervised(RUN)[0], control.STOP, timeout=0.05)
    assert not outcome.ok
    assert outcome.status.state == "run"
    assert outcome.waited >= 0.05


def test_a_service_that_knows_no_reload_is_restarted(supervised: Supervised) -> None:
    assert control.reload(REGISTRY, supervised(RUN)[0]) is control.RESTART


def test_reload_is_done_once_new_workers_have_been_seen_twice(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, _ = supervised(RUN)
    looks = iter([(1, 2), (1, 2), (1, 2, 3), (2, 3, 4), (3, 4)])
    monkeypatch.setattr(control, "children", lambda _pid: next(looks))
    verb = control.reload(NGINX, directory)
    assert verb.letters == b"h"
    assert verb.is_done
    now = Status("run", pid=7)
    assert [verb.is_done(now, now) for _ in range(4)] == [False, False, False, True]
