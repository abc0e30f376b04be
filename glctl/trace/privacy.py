"""An Exchange without what lets others in: credentials, signatures, states of uploads, cookies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from glctl.clients.http import without_credentials
from glctl.clients.keys import read_token
from glctl.patterns import Pattern
from glctl.secret import MASK, Secret, is_secret_name, mask_text
from glctl.trace.steps import TOKEN, name_of

if TYPE_CHECKING:
    import re

    from glctl.trace.exchange import Conversation, Exchange, Headers

# Beside those whose name says it. RFC 9110; Amazon S3; Docker's header for other registries.
_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "authentication-info"}
    | {"x-amz-security-token", "x-registry-auth", "x-registry-config", "x-csrf-token"}
)
_ADDRESSES = frozenset({"location", "content-location", "referer", "link"})
_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "aws4-hmac-sha256"})
_URL = Pattern(r"https?://[^\s\"'<>,;]+|(?<![\w/])/[^\s\"'<>,;]*\?[^\s\"'<>,;]+")
_ELEMENT = Pattern(r"<(\w+)>([^<]*)</\1>")
# What S3 says in a refusal that is no credential (Amazon S3, error responses).
_PLAIN_ELEMENTS = frozenset(
    "Code Message BucketName Key Resource Region Endpoint RequestTime ServerTime MaxAllowedSkewMilliseconds "
    "RequestId Header Condition ArgumentName Method ResourceType X-Amz-Expires Expires".split()
)


def masked(conversation: Conversation) -> Conversation:
    """The conversation as it may be shown and saved."""
    return replace(conversation, exchanges=tuple(map(without_secrets, conversation.exchanges)))


def without_secrets(exchange: Exchange) -> Exchange:
    """The exchange with every credential in it masked."""
    return replace(
        exchange,
        url=without_credentials(exchange.url),
        asked=_headers(exchange.asked),
        answered=_headers(exchange.answered),
        body=_body(exchange),
    )


def _headers(headers: Headers) -> Headers:
    return tuple((name, _value(name.lower(), value)) for name, value in headers)


def _value(name: str, value: str) -> str:
    if name in _SECRET_HEADERS or is_secret_name(name):
        scheme, blank, _ = value.partition(" ")
        return f"{scheme} {MASK}" if blank and scheme.lower() in _SCHEMES else MASK
    if name in _ADDRESSES:
        return _URL.sub(lambda found: without_credentials(found[0]), value)
    return _text(value)


def _text(text: str) -> str:
    return mask_text(_URL.sub(lambda found: without_credentials(found[0]), text))


def _body(exchange: Exchange) -> bytes:
    text = exchange.body.decode("utf-8", "replace")
    if not text:
        return b""
    try:
        document = json.loads(text)
        if isinstance(document, dict) or name_of(exchange.method, exchange.url) != TOKEN:
            return json.dumps(_document(document)).encode()
    except (ValueError, RecursionError):
        pass
    return _no_json(exchange, text).encode()


def _no_json(exchange: Exchange, text: str) -> str:
    if name_of(exchange.method, exchange.url) == TOKEN or '"token"' in text or '"access_token"' in text:
        return MASK  # an answer that was cut off
    if text.lstrip().startswith("<"):
        text = _ELEMENT.sub(_element, text)
    return _text(text)


def _document(value: Any) -> Any:
    """JSON with its credentials masked. Instead of a token it tells what that grants."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_document(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: MASK if each and _is_secret(name) else _document(each) for name, each in value.items()}
    token = value.get("token") or value.get("access_token")
    if isinstance(token, str) and (claims := read_token(Secret(token))):
        told["access"] = claims.claims.get("access") or []
    return told


def _is_secret(name: str) -> bool:
    return is_secret_name(name) or name.endswith("token")


def _element(found: re.Match[str]) -> str:
    name = found[1]
    return found[0] if name in _PLAIN_ELEMENTS else f"<{name}>{MASK}</{name}>"
