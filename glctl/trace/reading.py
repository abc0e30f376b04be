"""Files of what was said, made here or elsewhere, as Conversations: HAR and mitmproxy's flows.

Browsers and proxies write HAR (version 1.2, W3C draft of the Web Performance Group), each a little its own.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from glctl.clients.failures import Failure, FailureKind
from glctl.errors import GlctlError, UsageError
from glctl.trace.exchange import KEPT_BODY, Conversation, Distrust, Exchange
from glctl.trace.steps import keeps_body

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from glctl.trace.exchange import Headers

MAX_FILE = 1 << 28  # bytes; browsers put bodies into theirs
MOST = 20_000  # exchanges
_HAR = (b"{", b"\xef\xbb\xbf{")  # a byte order mark is some tools' habit


def read(path: Path) -> Conversation:
    """What *path* holds. GlctlError where that is neither of the two."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(64).lstrip(b" \r\n\t")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from None
    if size > MAX_FILE:
        raise GlctlError(
            f"{path}: {size >> 20} MiB are too much to be read at once.",
            "save it again without the content of answers",
        )
    exchanges, rest = _har(path) if start.startswith(_HAR) else (_flows(path), {})
    exchanges.sort(key=lambda exchange: exchange.began)
    distrust = tuple(Distrust(*map(str, words)) for words in _lists(rest.get("_distrust"), 3))
    untrusted = tuple((str(place), str(why)) for place, why in _lists(rest.get("_distrusted"), 2))
    return Conversation(tuple(exchanges[:MOST]), distrust, max(0, len(exchanges) - MOST), untrusted)


def _har(path: Path) -> tuple[list[Exchange], dict[str, Any]]:
    try:
        log = json.loads(path.read_bytes().decode("utf-8-sig"))["log"]
        entries = log["entries"]
        exchanges = [_entry(entry) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise GlctlError(
            f"{path}: begins like HAR, and is none.", "it may be cut off: save it again"
        ) from None
    return exchanges, log


def _entry(entry: dict[str, Any]) -> Exchange:
    request, response = entry["request"], entry.get("response") or {}
    method, url = str(request["method"]), str(request["url"])
    status = int(response.get("status") or 0) or None
    content = response.get("content") or {}
    body = _content(content) if keeps_body(method, url, status or 0) else b""
    return Exchange(
        method,
        url,
        asked=_headers(request.get("headers")),
        status=status,
        answered=_headers(response.get("headers")),
        body=body[:KEPT_BODY],
        began=datetime.fromisoformat(str(entry["startedDateTime"])).timestamp(),
        seconds=max(0.0, float(entry.get("time") or 0)) / 1000,
        sent=max(0, int(request.get("bodySize") or 0)),
        received=max(0, int(response.get("bodySize") or 0), int(content.get("size") or 0)),
        client=str(entry.get("connection") or ""),
        server=str(entry.get("serverIPAddress") or ""),
        version=str(request.get("httpVersion") or ""),
        failure=_failure(entry.get("_failure"), response, status),
    )


def _content(content: dict[str, Any]) -> bytes:
    text = str(content.get("text") or "")
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text)
        except binascii.Error:
            return b""
    return text.encode("utf-8", "replace")


def _headers(headers: Iterable[dict[str, Any]] | None) -> Headers:
    return tuple((str(each["name"]), str(each["value"])) for each in headers or ())


def _failure(ours: Any, response: dict[str, Any], status: int | None) -> Failure | None:
    """Our own words where we have saved it; a browser's ``_error`` else."""
    if isinstance(ours, dict) and ours.get("kind") in get_args(FailureKind):
        return Failure(ours["kind"], str(ours.get("message") or ""))
    if status is not None:
        return None
    told = str(response.get("_error") or "no answer")
    kinds: tuple[tuple[str, FailureKind], ...] = (
        ("NAME_NOT_RESOLVED", "dns"),
        ("CONNECTION_REFUSED", "refused"),
        ("CERT", "tls"),
        ("SSL", "tls"),
        ("TIMED_OUT", "timeout"),
        ("ABORTED", "request"),
    )
    return Failure(next((kind for words, kind in kinds if words in told), "reset"), told)


def _flows(path: Path) -> list[Exchange]:
    """mitmproxy's own format, which its own reader reads: it has changed with each of its versions."""
    from glctl.trace.proxy import require_mitmproxy

    require_mitmproxy()
    from mitmproxy.exceptions import FlowReadException
    from mitmproxy.http import HTTPFlow
    from mitmproxy.io import FlowReader

    from glctl.trace.flows import saved_exchange

    try:
        with path.open("rb") as file:
            return [saved_exchange(flow) for flow in FlowReader(file).stream() if isinstance(flow, HTTPFlow)]
    except (FlowReadException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise GlctlError(
            f"{path}: neither HAR nor flows that this mitmproxy can read.",
            "export it as HAR: mitmdump -nr FILE --set hardump=FILE.har",
        ) from None


def _lists(value: Any, length: int) -> list[list[Any]]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, list) and len(row) == length]
