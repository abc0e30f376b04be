"""TLS handshakes: what a server shows, whatever it is worth, and whom it is trusted by."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.clients.certificates import read_der
from glctl.clients.failures import Failure, explain

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence
    from pathlib import Path

    from glctl.clients.certificates import Certificate
    from glctl.clients.http import Address

_TIMEOUT = 2.0  # seconds, for connecting and again for the handshake
# Looks at everything, however weak: what clients think of it is judged afterwards.
_CIPHERS = "ALL:@SECLEVEL=0"
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, openssl/x509_vfy.h
_PLAIN_REQUEST = b"GET /v2/ HTTP/1.0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a server showed. Without a *chain* there was no handshake, and *failure* says why.

    *plain_http*: it answers in HTTP where TLS was expected.
    """

    chain: tuple[Certificate, ...] = ()  # as it was sent, its own certificate first
    protocol: str = ""  # the newest that both sides know: TLSv1.3
    failure: Failure | None = None
    plain_http: bool = False


def shake_hands(address: Address, host: str, timeout: float = _TIMEOUT) -> Handshake:
    """One handshake at *address*, for the name *host*; nothing is verified."""
    import ssl

    context = _context(ssl.CERT_NONE)
    try:
        with _connected(context, address, host, timeout) as secured:
            return Handshake(tuple(map(read_der, _sent_by(secured))), str(secured.version()))
    except (OSError, ValueError) as error:
        failure = explain(error, "{}:{}".format(*address))
    return Handshake(failure=failure, plain_http=failure.kind == "tls" and _answers_http(address, timeout))


def why_not_trusted(
    address: Address, host: str, authorities: Sequence[Path] | None = None, timeout: float = _TIMEOUT
) -> Failure | None:
    """Why the chain shown at *address* does not lead to an authority that is trusted; None where it does.

    Trusted are the system's or instead *authorities*: files of certificates, of which those that cannot be
    read count for nothing. Neither its name nor its dates are judged.
    """
    import ssl

    context = _context(ssl.CERT_REQUIRED)
    context.verify_flags |= _NO_CHECK_TIME
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if authorities is None:
        context.load_default_certs()
    for path in authorities or ():
        try:
            context.load_verify_locations(path)
        except OSError:  # ssl.SSLError too
            continue
    try:
        with _connected(context, address, host, timeout):
            return None
    except (OSError, ValueError) as error:
        return explain(error, "{}:{}".format(*address))


def _context(mode: ssl.VerifyMode) -> ssl.SSLContext:
    import ssl
    import warnings

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = mode
    context.set_ciphers(_CIPHERS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of protocols that are to be found out here
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def _connected(context: ssl.SSLContext, address: Address, host: str, timeout: float) -> ssl.SSLSocket:
    plain = socket.create_connection(address, timeout)
    try:
        return context.wrap_socket(plain, server_hostname=host.strip("[]"))
    except BaseException:
        plain.close()
        raise


def _sent_by(secured: ssl.SSLSocket) -> Sequence[bytes]:
    """The certificates that the server sent, DER."""
    public: Any = getattr(secured, "get_unverified_chain", None)
    if public:  # from Python 3.13 on
        chain: Sequence[bytes] = public()
        return chain
    inner: Any = getattr(secured, "_sslobj")  # noqa: B009 - before that it is there without being documented
    return [certificate.public_bytes(2) for certificate in inner.get_unverified_chain() or ()]


def _answers_http(address: Address, timeout: float) -> bool:
    """Whether a plain HTTP request is answered as such, which a TLS server of nginx's does as well."""
    deadline = time.monotonic() + timeout
    try:
        with socket.create_connection(address, timeout) as plain:
            plain.sendall(_PLAIN_REQUEST)
            seen = b""
            while len(seen) < 5 and time.monotonic() < deadline:
                piece = plain.recv(64)
                if not piece:
                    break
                seen += piece
    except OSError:
        return False
    return seen.startswith(b"HTTP/")
