"""The steps of the OCI distribution protocol and of the registry's debug server, as one function each.

*base* is the registry's URL up to its port. Every result holds the Exchanges that led to it. A token goes
only to the origin (scheme, host, port) it is for, never where a Location or a redirect leads otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from glctl import __version__
from glctl.clients.http import address_of, without_credentials
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glctl.clients.http import Client, Exchange

API_VERSION = "registry/2.0"
# The methods of the protocol, and a path for each where no token means no action. That of POST has a query,
# which the challenge shows: it also asks for the repository that a blob is to be taken from.
_ABSENT = "0" * 8 + "-0000-4000-8000-" + "0" * 12
METHODS = {
    "HEAD": "/v2/{repository}/manifests/latest",
    "POST": f"/v2/{{repository}}/blobs/uploads/?mount=sha256:{'0' * 64}&from={{repository}}/other",
    "PATCH": f"/v2/{{repository}}/blobs/uploads/{_ABSENT}",
    "PUT": f"/v2/{{repository}}/blobs/uploads/{_ABSENT}",
    "DELETE": "/v2/{repository}/manifests/latest",
}
# As docker calls itself: there are proxies that look at it.
_DOCKER = f"docker/20.10.24 go/go1.19.8 os/linux arch/amd64 glctl/{__version__}"
MAX_REDIRECTS = 3  # the registry sends a client to its storage in one

_PARAMETER = r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))'
_CHALLENGE = re.compile(rf"([A-Za-z][\w-]*)\s+({_PARAMETER}(?:\s*,\s*{_PARAMETER})*)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a 401 asks for. *error* is "" where no token arrived (RFC 6750, section 3.1)."""

    scheme: str  # in lower case
    realm: str = ""
    service: str = ""
    scope: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ping:
    """The answer to ``GET /v2/``."""

    exchange: Exchange
    api_version: str
    challenge: Challenge | None

    @property
    def is_registry(self) -> bool:
        """Whether a registry answered at all, and not some other server behind the same address."""
        return API_VERSION in self.api_version


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that was begun, or *because* of what it was not. *location* is absolute, or ""."""

    exchange: Exchange
    location: str = field(repr=False)  # holds the upload's state, signed with http.secret
    because: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """A blob that was stored, or *because* of what it was not. *upload* is how it began."""

    exchanges: tuple[Exchange, ...]
    upload: Upload
    digest: str
    because: str = ""

    @property
    def done(self) -> bool:
        """Whether the registry says that it has stored the blob."""
        return not self.because


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob that was asked for, after redirects. *exists* is None where no answer tells."""

    exchanges: tuple[Exchange, ...]
    exists: bool | None
    intact: bool = False  # its content was read, and has the digest that it was asked for by


@dataclass(frozen=True, slots=True)
class Health:
    """``/debug/health``: the failing checks by name, or None where no debug server answered."""

    exchange: Exchange
    failing: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Vars:
    """``/debug/vars``: the registry's own counters, or None where no debug server answered."""

    exchange: Exchange
    values: Mapping[str, Any] | None


def ping(client: Client, base: str, token: Secret | None = None, *, query: str = "") -> Ping:
    """Ask whether a registry is there, and what it wants to see first; it reads no *query*, caches do."""
    url = _url(base, f"/v2/?{query}" if query else "/v2/")
    exchange = client.request("GET", url, headers=_bearer(token), step="ping")
    challenge = parse_challenge(exchange.header("www-authenticate"))
    return Ping(exchange, exchange.header("docker-distribution-api-version"), challenge)


def knock(client: Client, base: str, repository: str, method: str) -> Ping:
    """Ask with one of METHODS and no token: nothing is done; the challenge's scope tells what was seen.

    PATCH comes with a body of unknown length, as docker sends layers; it is empty.
    """
    url, step = _url(base, METHODS[method].format(repository=repository)), f"unauthenticated {method}"
    body = iter(()) if method == "PATCH" else None
    exchange = client.request(method, url, headers={"User-Agent": _DOCKER}, body=body, step=step)
    challenge = parse_challenge(exchange.header("www-authenticate"))
    return Ping(exchange, exchange.header("docker-distribution-api-version"), challenge)


def parse_challenge(header: str) -> Challenge | None:
    """The Bearer challenge of a ``WWW-Authenticate`` header, else its first (RFC 9110, section 11.6.1)."""
    challenges = []
    for match in _CHALLENGE.finditer(header):
        found = {name.lower(): quoted or plain for name, quoted, plain in re.findall(_PARAMETER, match[2])}
        known = {
            key: re.sub(r"\\(.)", r"\1", found.get(key, "")) for key in ("realm", "service", "scope", "error")
        }
        challenges.append(Challenge(match[1].lower(), **known))
    bearers = (challenge for challenge in challenges if challenge.scheme == "bearer")
    return next(bearers, challenges[0] if challenges else None)


def grant(repository: str, *actions: str) -> dict[str, object]:
    """An ``access`` entry of a token: *actions* (pull, push, delete) on *repository*."""
    return {"type": "repository", "name": repository, "actions": list(actions)}


def digest_of(content: bytes) -> str:
    """The name of a blob with this content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def check_blob(client: Client, base: str, repository: str, digest: str, token: Secret | None = None) -> Blob:
    """HEAD a blob as clients do before they push, on to the storage where the registry redirects them."""
    exchanges = _followed(client, "HEAD", base, f"/v2/{repository}/blobs/{digest}", token, "check blob")
    return Blob(exchanges, {200: True, 404: False}.get(exchanges[-1].status or 0))


def read_blob(client: Client, base: str, repository: str, digest: str, token: Secret | None = None) -> Blob:
    """GET a blob of MAX_BODY bytes at most, where redirected from storage, and compare it with its digest."""
    exchanges = _followed(client, "GET", base, f"/v2/{repository}/blobs/{digest}", token, "read blob")
    last = exchanges[-1]
    intact = last.status == 200 and last.failure is None and digest_of(last.body) == digest
    return Blob(exchanges, {200: True, 404: False}.get(last.status or 0), intact)


def knows_repository(client: Client, base: str, repository: str, token: Secret | None = None) -> bool:
    """Whether the registry has images of that name; *token* must grant pull."""
    url = _url(base, f"/v2/{repository}/tags/list?n=1")
    return client.request("GET", url, headers=_bearer(token), step="tags").status == 200


def ask_blob(
    client: Client, method: str, base: str, repository: str, digest: str, token: Secret | None = None
) -> tuple[Exchange, str]:
    """HEAD or GET a blob and go no further: the answer, and where it sends on to, absolute, or ""."""
    url = _url(base, f"/v2/{repository}/blobs/{digest}")
    exchange = client.request(method, url, headers=_bearer(token), step=f"{method} blob")
    return exchange, _location(url, exchange) if exchange.status in (301, 302, 303, 307, 308) else ""


def delete_blob(
    client: Client, base: str, repository: str, digest: str, token: Secret | None = None
) -> Exchange:
    """Unlink a blob from a repository; 202 if done, 405 where deletion is not enabled."""
    url = _url(base, f"/v2/{repository}/blobs/{digest}")
    return client.request("DELETE", url, headers=_bearer(token), step="delete blob")


def start_upload(client: Client, base: str, repository: str, token: Secret | None = None) -> Upload:
    """Begin an upload; whoever does not finish it must cancel it."""
    url = _url(base, f"/v2/{repository}/blobs/uploads/")
    exchange = client.request("POST", url, headers=_bearer(token), step="start upload")
    return Upload(exchange, *_accepted(base, url, exchange))


def cancel_upload(client: Client, base: str, location: str, token: Secret | None = None) -> Exchange:
    """Give up an upload by its newest location; 204 if done, which takes a token that grants ``delete``.

    Asked for at *base*, wherever the location leads. An older location has another offset, and gets 404.
    Upstream's registry (2.8) leaves a hash state of some bytes behind, which no request removes.
    """
    return client.request("DELETE", _rebased(base, location), headers=_bearer(token), step="cancel upload")


def push_blob(
    client: Client, base: str, repository: str, content: bytes, token: Secret | None = None
) -> Push:
    """Store a blob as Docker does: begin, send, finish; a push that fails on the way is cancelled."""
    digest = digest_of(content)
    upload = start_upload(client, base, repository, token)
    exchanges, location, because = [upload.exchange], upload.location, upload.because
    if not because:
        headers = {**_bearer(token), "Content-Type": "application/octet-stream"}
        sent = client.request("PATCH", location, headers=headers, body=content, step="send blob")
        exchanges.append(sent)
        moved, because = _accepted(base, location, sent)
        location = moved or location
    if not because:
        url = _with_digest(location, digest)
        finished = client.request("PUT", url, headers=_bearer(token), step="finish upload")
        exchanges.append(finished)
        because = "" if finished.status == 201 else in_words(finished)
    if because and location:
        exchanges.append(cancel_upload(client, base, location, token))
    return Push(tuple(exchanges), upload, digest, because)


def debug_health(client: Client, base: str) -> Health:
    """What the registry's own health checks say; *base* is the debug server's URL."""
    exchange = client.request("GET", _url(base, "/debug/health"), step="health")
    found = json_object(exchange) if exchange.status in (200, 503) else None
    return Health(exchange, None if found is None else {name: str(text) for name, text in found.items()})


def debug_vars(client: Client, base: str) -> Vars:
    """The registry's counters (Go's expvar); *base* is the debug server's URL."""
    exchange = client.request("GET", _url(base, "/debug/vars"), step="vars")
    return Vars(exchange, json_object(exchange) if exchange.status == 200 else None)


def in_words(exchange: Exchange) -> str:
    """How an exchange ended: what kept it from being answered, or its status and what the registry calls it.

    Holds foreign text: the error's message. Not its detail, which may be anything.
    """
    if exchange.failure:
        return f"{exchange.step}: {exchange.failure.message}"
    errors = (json_object(exchange) or {}).get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        said = ": ".join(str(errors[0][key])[:200] for key in ("code", "message") if errors[0].get(key))
    else:
        said = exchange.header("content-type").partition(";")[0]  # text/html: not a registry's answer
    return f"{exchange.step}: {exchange.status} {said}".rstrip()


def _followed(
    client: Client, method: str, base: str, path: str, token: Secret | None, step: str
) -> tuple[Exchange, ...]:
    """One request and those that its redirects lead to, each its own Exchange."""
    url = _url(base, path)
    exchanges = [client.request(method, url, headers=_bearer(token), step=step)]
    for _ in range(MAX_REDIRECTS):
        location = _location(url, exchanges[-1]) if exchanges[-1].status in (301, 302, 303, 307, 308) else ""
        if not location:
            break
        url = location
        headers = {} if _astray(base, url) else _bearer(token)
        exchanges.append(client.request(method, url, headers=headers, step=f"{step}, redirected"))
    return tuple(exchanges)


def _url(base: str, path: str) -> str:
    return base.rstrip("/") + path


def _bearer(token: Secret | None) -> dict[str, str | Secret]:
    return {"Authorization": Secret(f"Bearer {token.reveal()}")} if token else {}


def _location(url: str, exchange: Exchange) -> str:
    """Where the answer of a request for *url* points, absolute, or ""."""
    location = exchange.header("location")
    try:
        return urljoin(url, location) if location else ""
    except ValueError:
        return location


def _accepted(base: str, url: str, exchange: Exchange) -> tuple[str, str]:
    """Where an upload goes on after *exchange*, a request for *url*, and because of what it must not."""
    if exchange.status != 202:
        return "", in_words(exchange)
    location = _location(url, exchange)
    return location, _astray(base, location)


def _astray(base: str, location: str) -> str:
    """Why a Location must not be followed with a token, or ""."""
    if not location:
        return "the answer has no Location"
    try:
        same = (urlsplit(base).scheme, address_of(base)) == (urlsplit(location).scheme, address_of(location))
    except ValueError:
        same = False
    return "" if same else f"the answer's Location leads away from {base}: {without_credentials(location)}"


def _rebased(base: str, location: str) -> str:
    """*location* at the origin of *base*."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return location  # leads nowhere, so nothing is sent there
    return _url(base, urlunsplit(("", "", parts.path, parts.query, "")))


def _with_digest(location: str, digest: str) -> str:
    return f"{location}{'&' if urlsplit(location).query else '?'}digest={quote(digest)}"


def json_object(exchange: Exchange) -> dict[str, Any] | None:
    """The JSON object that an answer holds, or None."""
    try:
        found = json.loads(exchange.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
