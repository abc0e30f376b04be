"""What can keep an HTTP request from being answered, told apart and in words."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    E = TypeVar("E", bound=BaseException)

FailureKind = Literal["request", "dns", "refused", "unreachable", "timeout", "tls", "reset", "protocol"]

# How OpenSSL (3.0, later) names the first bytes of something that is not TLS.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, or no whole one. *message* is a sentence without credentials."""

    kind: FailureKind
    message: str


def explain(error: BaseException, place: str) -> Failure:
    """The Failure behind whatever requests or urllib3 raised while talking to *place* (``host:port``).

    Their own texts are not used: they are long, and repeat URLs with all that these may hold.
    """
    import http.client
    import ssl

    from requests import exceptions

    causes = tuple(_causes(error))
    if tls := _first(causes, ssl.SSLError):
        return Failure("tls", _tls_message(tls, place))
    if resolution := _first(causes, socket.gaierror):
        return Failure("dns", f"{place} does not resolve: {resolution.strerror}")
    if _first(causes, ConnectionRefusedError):
        return Failure("refused", f"nothing listens at {place} (TCP)")
    if _first(causes, exceptions.ConnectTimeout):
        return Failure("timeout", f"{place} cannot be connected to in time")
    if _first(causes, exceptions.Timeout) or _first(causes, TimeoutError):
        return Failure("timeout", f"{place} does not answer in time")
    if _first(causes, ConnectionError) or _first(causes, http.client.IncompleteRead):
        return Failure("reset", f"{place} closed the connection before its answer was complete")
    if _first(causes, http.client.HTTPException) or _first(causes, exceptions.ChunkedEncodingError):
        return Failure("protocol", f"{place} answers, but not in HTTP")
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno is not None:
            return Failure("unreachable", f"{place} cannot be reached: {cause.strerror}")
    return Failure("request", f"no valid request to {place}: its URL or a header is malformed")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """*error* and what it was raised from; both libraries nest by argument as well as by cause."""
    yield error
    nested = (error.__cause__, *error.args, getattr(error, "reason", None))
    for inner in nested:
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def _first(causes: tuple[BaseException, ...], kind: type[E]) -> E | None:
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _tls_message(error: Exception, place: str) -> str:
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {place} is refused: {error.verify_message.rstrip('.')}"
    reason = getattr(error, "reason", None) or ""
    if reason in _NOT_TLS:
        return f"{place} answers, but not in TLS"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return f"{place} closed the connection during the TLS handshake"
    return f"no TLS with {place}: {reason.replace('_', ' ').lower() or 'the handshake failed'}"
