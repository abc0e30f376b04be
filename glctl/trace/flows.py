"""mitmproxy's flows as Exchanges: live ones, of which only what is counted passes, and those of files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from glctl.clients.failures import Failure, FailureKind
from glctl.trace.exchange import KEPT_BODY, Exchange
from glctl.trace.steps import keeps_body

if TYPE_CHECKING:
    from glctl.trace.exchange import Headers

# How mitmproxy says what went wrong with a server, from 10 to 12.
_KINDS: tuple[tuple[str, FailureKind, str], ...] = (
    (r"Name or service not known|getaddrinfo|No address associated|Temporary failure in name", "dns",
     "{place} does not resolve"),
    (r"Errno 111|Connection refused|Connect call failed", "refused", "nothing listens at {place} (TCP)"),
    (r"Errno 110|timed out", "timeout", "{place} cannot be connected to in time"),
    (r"Errno (?:101|113)|unreachable|No route", "unreachable", "{place} cannot be reached"),
    (r"does not speak TLS|wrong version number|packet length too long|record layer failure", "tls",
     "{place} answers, but not in TLS"),
    (r"TLS|SSL", "tls", "no TLS with {place}"),
    (r"headers of more than \d+ KiB", "protocol", "{place} sends headers without end"),
    (r"Cannot parse|protocol error|unexpected server response|Invalid|HTTP/", "protocol",
     "{place} answers, but not in HTTP"),
    (r"[Cc]lient disconnected|EOF|killed|stream reset by client", "request", "the client hung up first"),
    (r"closed connection|[Cc]onnection (?:closed|reset)|Errno 104|reset", "reset",
     "{place} closed the connection before its answer was complete"),
)  # fmt: skip
_OURS = "glctl"  # the name of our part of a flow's metadata
NOT_TLS = "answers, but not in TLS"


class CutOff:
    """A live flow, whose bodies are counted and thrown away as they pass."""

    def __init__(self, flow: Any) -> None:
        self._flow = flow
        self._sent = 0
        self._received = 0
        self._body = bytearray()

    @property
    def began(self) -> float:
        """When the client began to ask (Unix time)."""
        return float(self._flow.request.timestamp_start)

    def sent(self, chunk: bytes) -> bytes:
        """A piece of the request's body."""
        self._sent += len(chunk)
        return chunk

    def received(self, chunk: bytes) -> bytes:
        """A piece of the answer's."""
        self._received += len(chunk)
        room = KEPT_BODY - len(self._body)
        if room > 0 and _keeps(self._flow):
            self._body += chunk[:room]
        return chunk

    def exchange(self) -> Exchange:
        """What it has come to so far."""
        if self._flow.response and self._flow.response.raw_content is not None:
            return exchange_of(self._flow, sent=self._sent)
        return exchange_of(self._flow, bytes(self._body), self._sent, self._received)


def exchange_of(
    flow: Any, body: bytes | None = None, sent: int | None = None, received: int | None = None
) -> Exchange:
    """The Exchange of a flow; bodies and their sizes are the flow's own where they are not given."""
    request, response = flow.request, flow.response
    # mitmproxy puts an answer of its own where a tunnel could not be opened.
    failed = flow.error is not None or request.method == "CONNECT"
    told = flow.error.msg if flow.error else (response.text if failed and response else "")
    if request.method == "CONNECT":
        response = None
    content = (response.raw_content or b"") if response else b""
    if body is None:
        body = content[:KEPT_BODY] if response and _keeps(flow) else b""
    ends = [response.timestamp_end, response.timestamp_start] if response else []
    ended = next((end for end in (*ends, flow.error.timestamp if flow.error else None) if end), None)
    return Exchange(
        request.method,
        f"https://{request.host}:{request.port}/" if request.method == "CONNECT" else _url(request),
        asked=_headers(request.headers),
        status=response.status_code if response else None,
        answered=_headers(response.headers) if response else (),
        body=body,
        began=request.timestamp_start,
        seconds=max(0.0, (ended or request.timestamp_start) - request.timestamp_start),
        sent=len(request.raw_content or b"") if sent is None else sent,
        received=len(content) if received is None else received,
        client=written(flow.client_conn.peername),
        server=written(flow.server_conn.peername),
        version=request.http_version,
        failure=failure(told, written((request.host, request.port))) if failed else None,
    )


def is_kept_whole(flow: Any) -> bool:
    """Whether the answer, whose headers are there, is one of which everything is kept."""
    length = flow.response.headers.get("content-length", "")
    return length.isdigit() and int(length) <= KEPT_BODY and _keeps(flow)


def failure(told: str, place: str) -> Failure:
    """What mitmproxy's words of an error mean for *place*."""
    for pattern, kind, message in _KINDS:
        if re.search(pattern, told):
            return Failure(kind, message.format(place=place))
    return Failure("reset", f"{place} gave no whole answer")


def written(address: tuple[Any, ...] | None) -> str:
    """HOST:PORT, or nothing."""
    if not address:
        return ""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


def _keeps(flow: Any) -> bool:
    status = flow.response.status_code if flow.response else 0
    return keeps_body(flow.request.method, flow.request.url, status)


def _url(request: Any) -> str:
    """As the client names it: by its Host header, which the address may differ from."""
    return str(request.pretty_url)


def _headers(headers: Any) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.fields)


def flow_of(exchange: Exchange) -> Any:
    """The flow that mitmproxy keeps of an exchange; what it has no place for is in its metadata."""
    from mitmproxy import connection, flow, http

    made = http.HTTPFlow(
        connection.Client(
            peername=_address(exchange.client), sockname=("127.0.0.1", 0), timestamp_start=exchange.began
        ),
        connection.Server(address=_address(exchange.server)),
    )
    made.server_conn.peername = _address(exchange.server)
    made.request = http.Request.make(exchange.method, exchange.url)
    made.request.headers = http.Headers(_encoded(exchange.asked))
    made.request.http_version = exchange.version
    made.request.timestamp_start = made.request.timestamp_end = exchange.began
    if exchange.status is not None:
        made.response = http.Response.make(exchange.status, exchange.body)
        made.response.headers = http.Headers(_encoded(exchange.answered))
        made.response.http_version = exchange.version
        made.response.timestamp_start = made.response.timestamp_end = exchange.ended
    if exchange.failure:
        made.error = flow.Error(exchange.failure.message, exchange.ended)
    made.metadata[_OURS] = {
        "url": exchange.url,
        "client": exchange.client,
        "server": exchange.server,
        "sent": exchange.sent,
        "received": exchange.received,
        "failure": exchange.failure.kind if exchange.failure else "",
    }
    return made


def saved_exchange(flow: Any) -> Exchange:
    """The exchange of a flow that was read from a file."""
    made = exchange_of(flow)
    ours = flow.metadata.get(_OURS)
    if not isinstance(ours, dict):
        return made
    kind = ours.get("failure")
    known = {name: ours[name] for name in ("url", "client", "server") if isinstance(ours.get(name), str)}
    known |= {name: ours[name] for name in ("sent", "received") if isinstance(ours.get(name), int)}
    if flow.error and isinstance(kind, str) and kind in get_args(FailureKind):
        known["failure"] = Failure(cast(FailureKind, kind), flow.error.msg)
    return replace(made, **known)


def _address(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port) if port.isdigit() else 0


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers
    ]
