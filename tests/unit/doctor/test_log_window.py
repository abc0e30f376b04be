from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from glctl.doctor.watch import Seen
from glctl.paths import LOG_DIR
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

PANIC = "panic: StorageDriver not registered: nosuch"


@pytest.mark.parametrize(
    ("status", "looping", "age", "told"),
    [
        (Status("run", pid=1, want="up", since=-1000), False, 900, ["now"]),
        (Status("run", pid=1, want="up", since=-1000), False, 1100, ["ended"]),  # before its last start
        (Status("run", pid=1, want="up", since=-9000), False, 4000, []),  # older than an hour
        (Status("run", pid=1, want="up", since=-10), True, 11, ["now"]),  # each start says why
        (Status("run", pid=1, want="up", since=-10), True, 20, ["ended"]),
        (Status("down", want="down", since=-100), False, 101, ["now"]),  # its last words
        (Status("down", want="down", since=-100), False, 110, []),
        (Status("no supervisor"), False, 10, ["now"]),
    ],
)
def test_what_the_logs_tell_of_now_and_what_has_ended(
    new_facts: Callable[..., Facts], status: Status, looping: bool, age: float, told: list[str]
) -> None:
    now = time.time()
    moved = Status(status.state, status.pid, now + status.since, status.want)
    facts = new_facts(enabled=("registry",), services={"registry": Seen(moved, moved, looping)})
    log = facts.observed.root.at(f"{LOG_DIR}/registry")
    log.mkdir(parents=True)
    stamp = time.strftime("%Y-%m-%d_%H:%M:%S", time.gmtime(now - age))
    (log / "current").write_text(f"{stamp}.00000 {PANIC}\n")
    assert ["ended" if match.ended else "now" for match in facts.log_matches()] == told


def test_what_one_log_says_now_has_not_ended_in_another(new_facts: Callable[..., Facts]) -> None:
    now = time.time()
    status = Status("run", 1, now - 60, "up")
    facts = new_facts(
        enabled=("registry", "nginx"), services=dict.fromkeys(("registry", "nginx"), Seen(status, status))
    )
    for service, age in (("registry", 100), ("nginx", 10)):
        log = facts.observed.root.at(f"{LOG_DIR}/{service}")
        log.mkdir(parents=True)
        stamp = time.strftime("%Y-%m-%d_%H:%M:%S", time.gmtime(now - age))
        (log / "current").write_text(f"{stamp}.00000 {PANIC}\n")
    [match] = facts.log_matches()
    assert (match.examples[0].service, match.ended) == ("nginx", None)
