"""Where a host name leads, and whether that is this very machine."""

from __future__ import annotations

import errno
import socket

from glctl.clients.bounded import within

_TIMEOUT = 1.5  # seconds; the system waits much longer for a name server that is dead


def resolve(host: str, timeout: float = _TIMEOUT) -> tuple[str, ...]:
    """The addresses of *host* (a name, or an address with or without brackets).

    None where it has none, or is not found within *timeout* seconds.
    """

    def ask() -> tuple[str, ...]:
        try:
            answers = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))

    return within(timeout, ask) or ()


def is_own(address: str) -> bool:
    """Whether *address* is one of this machine's: only those can be bound to."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError as error:
        return error.errno != errno.EADDRNOTAVAIL
    return True
