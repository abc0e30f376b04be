"""What requests and urllib3 raise, in our words; most kinds are met for real in test_http."""

from __future__ import annotations

import errno
import ssl

import pytest
import requests
import urllib3

from glctl.clients.failures import explain


def nested(error):
    """As urllib3 and requests wrap it."""
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", error))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            nested(OSError(errno.ENETUNREACH, "Network is unreachable")),
            "unreachable",
            "Network is unreachable",
        ),
        (nested(OSError(errno.EHOSTUNREACH, "No route to host")), "unreachable", "No route to host"),
        (nested(ConnectionResetError(errno.ECONNRESET, "reset")), "reset", "closed the connection"),
        (nested(BrokenPipeError(errno.EPIPE, "pipe")), "reset", "closed the connection"),
        (requests.ReadTimeout("late"), "timeout", "does not answer"),
        (requests.ConnectTimeout("late"), "timeout", "cannot be connected to"),
        (TimeoutError(), "timeout", "does not answer"),
        (requests.exceptions.SSLError(ssl.SSLError(1, "x")), "tls", "the handshake failed"),
        (UnicodeError("s3cret"), "request", "malformed"),
        (requests.exceptions.InvalidHeader("s3cret"), "request", "malformed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_kinds_and_words(error, kind, words):
    failure = explain(error, "h:1")
    assert failure.kind == kind
    assert words in failure.message
    assert "h:1" in failure.message
    assert "s3cret" not in failure.message


def test_a_tls_alert_is_named():
    error = ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1)")
    error.reason = "TLSV1_ALERT_PROTOCOL_VERSION"
    assert (
        explain(requests.exceptions.SSLError(error), "h:1").message
        == "no TLS with h:1: tlsv1 alert protocol version"
    )
