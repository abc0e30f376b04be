"""Conversations for tests: those that were recorded of real programs, and Exchanges made by hand."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from glctl.trace.exchange import Conversation, Exchange
from glctl.trace.reading import read

HERE = Path(__file__).parent
REGISTRY = "https://registry.example.com"
REALM = "https://gitlab.example.com/jwt/auth"
DIGEST = "sha256:" + "1ef8" * 16
VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
CHALLENGE = ("Www-Authenticate", f'Bearer realm="{REALM}",service="container_registry"')
BEGAN = 1_795_000_000.0
DATE = ("Date", "Wed, 18 Nov 2026 11:06:40 GMT")  # BEGAN, as servers write it


def recorded(name: str) -> Conversation:
    """What a real program and its servers said, by the file's name."""
    return read(HERE / f"{name}.har")


def exchange(method: str, url: str, status: int | None = 200, **more: Any) -> Exchange:
    """One; a path is the registry's. *json* is its body."""
    url = f"{REGISTRY}{url}" if url.startswith("/") else url
    if "json" in more:
        more["body"] = json.dumps(more.pop("json")).encode()
        more["answered"] = (*more.get("answered", ()), ("Content-Type", "application/json"))
    return Exchange(method, url, status=status, **{"began": BEGAN, "seconds": 0.01, "client": "a:1", **more})


def talk(*exchanges: Exchange) -> Conversation:
    """Exchanges in their order."""
    return Conversation(exchanges)


def refused(code: str, message: str = "") -> dict[str, Any]:
    """The registry's own form of a refusal."""
    return {"errors": [{"code": code, "message": message}]}


def jwt(**claims: Any) -> str:
    """A token that nobody has signed."""
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "TOKE"}, claims)
    header, body = (base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts)
    return f"{header}.{body}.c2lnbmF0dXJl"
