"""GitLab's token service, the realm of the registry's challenge: asked as docker does; answers told apart.

Answers are as GitLab documents them: JSON with ``token``, or with ``errors`` as the registry has them;
Rack::Attack, which bans addresses, says ``Forbidden`` in plain text.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from glctl.clients.distribution import json_object
from glctl.secret import Secret

if TYPE_CHECKING:
    from glctl.clients.http import Client, Exchange

Kind = Literal[
    "token", "refused", "forbidden", "no registry", "banned", "redirect", "failing", "foreign", "no answer"
]
_KINDS: dict[int, Kind] = {401: "refused", 403: "forbidden", 404: "no registry"}
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the realm answered. *said* is GitLab's own message: foreign text."""

    exchange: Exchange
    kind: Kind
    said: str = ""
    token: Secret | None = field(default=None, repr=False)


def ask_for_token(
    client: Client, realm: str, service: str, *, login: tuple[str, Secret] | None = None, scope: str = ""
) -> TokenAnswer:
    """GET a token for *scope*, or, without one, what ``docker login`` asks for. Redirects are not followed.

    Without *login* (user, password or token) nothing counts as a failed login.
    """
    parameters = {"service": service, "client_id": "glctl"}
    if login:
        parameters["account"] = login[0]
    if scope:
        parameters["scope"] = scope
    elif login:
        parameters |= {"offline_token": "true"}
    headers: dict[str, str | Secret] = {}
    if login:
        pair = f"{login[0]}:{login[1].reveal()}".encode()
        headers["Authorization"] = Secret(f"Basic {base64.b64encode(pair).decode()}")
    url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(parameters)}"
    return understood(client.request("GET", url, headers=headers, step="token request"))


def understood(exchange: Exchange) -> TokenAnswer:
    """Tell apart who answered, and what."""
    status = exchange.status
    if status is None:
        return TokenAnswer(exchange, "no answer")
    if status in _REDIRECTS:
        return TokenAnswer(exchange, "redirect")
    document = json_object(exchange) or {}
    token = document.get("token")
    if status == 200 and isinstance(token, str) and token:
        return TokenAnswer(exchange, "token", token=Secret(token))
    errors = document.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict) and status in _KINDS:
        return TokenAnswer(exchange, _KINDS[status], str(errors[0].get("message", ""))[:500])
    if status in (403, 429) and exchange.header("content-type").startswith("text/plain"):
        return TokenAnswer(exchange, "banned")
    return TokenAnswer(exchange, "failing" if status >= 500 else "foreign")
