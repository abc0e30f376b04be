"""A Conversation as a file that other tools read: HAR, or mitmproxy's flows."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from glctl import __version__
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.trace.exchange import Conversation, Exchange, Headers


def save(conversation: Conversation, path: Path) -> None:
    """Write it to *path*, readable by its owner alone: HAR where the name ends so, else flows.

    As it is: whoever wants it without credentials masks it before.
    """
    content = to_har(conversation) if path.suffix == ".har" else _to_flows(conversation)
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:
        raise GlctlError(f"{path}: what was said cannot be saved: {error.strerror}.") from None


def to_har(conversation: Conversation) -> bytes:
    """HAR 1.2; names that begin with an underscore are ours."""
    log = {
        "version": "1.2",
        "creator": {"name": "glctl trace", "version": __version__},
        "entries": [_entry(exchange) for exchange in conversation.exchanges],
        "_distrust": [[each.host, each.client, each.said] for each in conversation.distrust],
        "_distrusted": [list(each) for each in conversation.distrusted],
    }
    return json.dumps({"log": log}, indent=1).encode()


def _entry(exchange: Exchange) -> dict[str, Any]:
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.began, UTC).isoformat(),
        "time": exchange.seconds * 1000,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "httpVersion": exchange.version,
            "headers": _headers(exchange.asked),
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": exchange.sent,
        },
        "response": {
            "status": exchange.status or 0,
            "statusText": "",
            "httpVersion": exchange.version,
            "headers": _headers(exchange.answered),
            "cookies": [],
            "content": {
                "size": exchange.received,
                "mimeType": exchange.header("content-type"),
                "text": exchange.body.decode("utf-8", "replace"),
            },
            "redirectURL": exchange.header("location"),
            "headersSize": -1,
            "bodySize": exchange.received,
        },
        "cache": {},
        "timings": {"send": 0, "wait": exchange.seconds * 1000, "receive": 0},
        "connection": exchange.client,
        "serverIPAddress": exchange.server,
        **({"_failure": asdict(exchange.failure)} if exchange.failure else {}),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _to_flows(conversation: Conversation) -> bytes:
    import io

    from glctl.trace.proxy import require_mitmproxy

    require_mitmproxy()
    from mitmproxy.io import FlowWriter

    from glctl.trace.flows import flow_of

    written = io.BytesIO()
    writer = FlowWriter(written)
    for exchange in conversation.exchanges:
        writer.add(flow_of(exchange))
    return written.getvalue()
