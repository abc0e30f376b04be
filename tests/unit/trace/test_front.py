from __future__ import annotations

import os
import signal
import threading

from recorded import BEGAN, DIGEST, exchange

from glctl.console import Console
from glctl.trace.front import Front
from glctl.trace.proxy import Recorder


def test_each_exchange_is_shown_as_it_ends_by_those_before_it() -> None:
    said: list[str] = []
    front = Front(Console())
    there = "https://s3.example.com/images/data?X-Amz-Signature=PLANTED"
    front.told(exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 307, answered=(("Location", there),)))
    front.told(exchange("HEAD", there, 403, began=BEGAN + 1))
    front.stay(Recorder(), 0.05, said.append)
    assert len(said) == 2
    assert "a → " in said[0]
    assert "check blob, in storage" in said[1]
    assert "PLANTED" not in str(said)


def test_who_has_no_password_is_told_once() -> None:
    said: list[str] = []
    Front(Console()).stay(Recorder(turned_away={"192.0.2.9"}), 0.05, said.append)
    assert said == ["note: a client at 192.0.2.9 has not given the password, and was turned away."]


def test_ctrl_c_ends_it() -> None:
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    Front(Console()).stay(Recorder(), None, lambda _: None)
