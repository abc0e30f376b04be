from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

from glctl.services.undisturbed import undisturbed


def test_no_ctrl_c_counts_meanwhile_and_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
        ended = subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 2)"], check=False)
        assert ended.returncode == 0
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_there_is_nothing_to_do() -> None:
    seen: list[bool] = []

    def run() -> None:
        with undisturbed():
            seen.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [True]
