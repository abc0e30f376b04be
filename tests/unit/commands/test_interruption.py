import os
import signal

import pytest

from glctl.commands.interruption import finishing

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])


@BOTH
def test_a_signal_interrupts_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    events: list[str] = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            events.append("not interrupted")
        finally:
            os.kill(os.getpid(), number)
            events.append("finished")

    with pytest.raises(KeyboardInterrupt), finishing():
        work()
    assert events == ["finished"]
    assert signal.getsignal(number) == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with finishing():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
