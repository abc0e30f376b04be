from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.trace.flows import failure, written

if TYPE_CHECKING:
    from glctl.clients.failures import FailureKind


# The words of mitmproxy 11, as it said them.
@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("[Errno 111] Connect call failed ('127.0.0.1', 1)", "refused"),
        (
            "Cannot connect to h:1: [Errno 111] Connect call failed ('127.0.0.1', 1) If you plan to …",
            "refused",
        ),
        ("[Errno -2] Name or service not known", "dns"),
        ("OpenSSL Error([('SSL routines', '', 'wrong version number')])", "tls"),
        ("HTTP/1 protocol error: unexpected close", "protocol"),
        ("unexpected server response: b'SSH-2.0'", "protocol"),
        ("headers of more than 256 KiB", "protocol"),
        ("Client disconnected.", "request"),
        ("server closed connection", "reset"),
        ("something else", "reset"),
    ],
)
def test_what_mitmproxy_says_is_told_apart(told: str, kind: FailureKind) -> None:
    made = failure(told, "h:1")
    assert made.kind == kind


def test_addresses_are_written_as_urls_have_them() -> None:
    assert written(("127.0.0.1", 1, 0)) == "127.0.0.1:1"
    assert written(("::1", 1)) == "[::1]:1"
    assert written(None) == ""
