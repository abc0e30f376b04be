"""What keeps this machine's clock: the time service, its servers, the kernel's own opinion.

There is one clock for the whole machine, so all of this is looked up there and not below ``--root``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glctl.services import processes, systemd

if TYPE_CHECKING:
    from collections.abc import Iterator

# Program (as the kernel names it, 15 bytes) → how its clock is set right at once.
REMEDIES = {
    "chronyd": "chronyc -n sources   # which servers it hears; then:\nchronyc makestep",
    "systemd-timesyn": "timedatectl timesync-status   # which server it hears; then:\n"
    "systemctl restart systemd-timesyncd",
    "ntpd": "ntpq -pn   # which servers it hears; then:\nsystemctl restart ntpsec || systemctl restart ntp",
}
_IN_CONTAINER = (
    "On the machine that runs this container, which has no clock of its own:\ntimedatectl set-ntp true"
)
_NOBODY = "apt-get install chrony   # nothing keeps the time here"

_MARKS_OF_CONTAINERS = ("/.dockerenv", "/run/.containerenv", "/run/systemd/container")
_CONFIGURATIONS = (
    "/etc/chrony/chrony.conf",
    "/etc/chrony/sources.d/*.sources",
    "/etc/chrony.conf",
    "/etc/systemd/timesyncd.conf",
    "/etc/systemd/timesyncd.conf.d/*.conf",
    "/etc/ntpsec/ntp.conf",
    "/etc/ntp.conf",
    "/etc/openntpd/ntpd.conf",
)
_REFERENCE_CLOCK = "127.127."  # ntpd's way to name a receiver that is attached to this machine
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX = 512  # bytes; struct timex takes less than half


def running() -> str:
    """The program that keeps the time, as the kernel names it; empty where none is seen."""
    return next((p.name for p in processes.everyone() if p.name in REMEDIES), "")


def in_container(root: Path = Path("/")) -> bool:
    """Whether this is a container, whose clock is its host's."""
    return any((root / mark[1:]).exists() for mark in _MARKS_OF_CONTAINERS) or any(
        entry.startswith("container=") for entry in processes.environment(1)
    )


def remedy() -> str:
    """What sets this machine's clock right, as exactly as can be told."""
    if in_container():
        return _IN_CONTAINER
    if service := running():
        return REMEDIES[service]
    return "timedatectl set-ntp true" if systemd.is_running() else _NOBODY


def state() -> str:
    """Who keeps the time and what the kernel thinks of it, in words."""
    keeper = running().replace("systemd-timesyn", "systemd-timesyncd")
    who = f"{keeper} runs here" if keeper else "no time service is seen here"
    if in_container():
        who += ", in a container: the clock is its host's"
    return f"{who}; the kernel calls its clock {'' if _is_synchronised() else 'not '}synchronised"


def _is_synchronised() -> bool:
    import ctypes

    buffer = ctypes.create_string_buffer(_TIMEX)  # all zero: nothing is to be changed
    return ctypes.CDLL(None).adjtimex(buffer) not in (-1, _TIME_ERROR)


def configured_servers(root: Path = Path("/")) -> tuple[str, ...]:
    """The servers that the time services installed here are told to follow."""
    return tuple(dict.fromkeys(_servers(root)))


def _servers(root: Path) -> Iterator[str]:
    for pattern in _CONFIGURATIONS:
        for path in sorted(root.glob(pattern[1:])):
            try:
                text = path.read_text(errors="replace")
            except OSError:
                continue
            for line in text.splitlines():
                yield from _named_in(line)


def _named_in(line: str) -> list[str]:
    """``server HOST …``, ``pool HOST …`` (chrony, ntpd), ``NTP=HOST HOST`` (timesyncd)."""
    words = line.split("#")[0].split()
    if len(words) > 1 and words[0] in ("server", "servers", "pool", "peer"):
        return [] if words[1].startswith(_REFERENCE_CLOCK) else [words[1]]
    name, equals, value = line.strip().partition("=")
    return value.split() if equals and name.strip() in ("NTP", "FallbackNTP") else []
