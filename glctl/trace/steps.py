"""What each exchange is, in the words of the OCI distribution specification and of GitLab's token flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from glctl.clients.distribution import parse_challenge
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.trace.exchange import Conversation, Exchange

REDIRECTS = (301, 302, 303, 307, 308)
PING = "ping"
TOKEN = "get token"  # noqa: S105 - a step's name
STORAGE = "in storage"  # how the steps end that a redirect has led away from the registry

_PATH = Pattern(
    r"/v2(?:/(?:(?P<name>.+?)/(?:blobs/uploads(?:/[^/]*)?|tags/(?P<tags>list)"
    r"|(?P<kind>blobs|manifests|referrers)/(?P<reference>[^/]+))|(?P<catalog>_catalog)))?/?"
)
_DIGEST = Pattern(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-f0-9]{32,}")
_TOKEN_PATHS = ("/jwt/auth", "/oauth2/token", "/auth/token", "/oauth/token")
_OF_BLOBS = {"HEAD": "check blob", "GET": "get blob", "DELETE": "delete blob"}
_OF_MANIFESTS = {
    "HEAD": "check manifest",
    "GET": "get manifest",
    "PUT": "put manifest",
    "DELETE": "delete manifest",
}
_OF_UPLOADS = {
    "PATCH": "send chunk",
    "PUT": "finish upload",
    "GET": "ask for offset",
    "DELETE": "cancel upload",
}


@dataclass(frozen=True, slots=True)
class Step:
    """The exchange with this *number*, named. *repository* and *reference* (digest, tag) where it has them.

    *redirect*: the exchange whose Location the client followed here.
    """

    number: int
    exchange: Exchange
    name: str
    repository: str = ""
    reference: str = ""
    redirect: Exchange | None = None

    @property
    def in_storage(self) -> bool:
        """Whether a redirect of the registry has led the client here."""
        return self.name.endswith(STORAGE)


def steps(conversation: Conversation) -> tuple[Step, ...]:
    """The conversation's exchanges, named."""
    named: list[Step] = []
    led: dict[str, Step] = {}  # where answers have led clients, by the address
    realms = set(_realms(conversation.exchanges))
    for number, exchange in enumerate(conversation.exchanges):
        step = _named(number, exchange, realms, led.get(_without_fragment(exchange.url)))
        named.append(step)
        if exchange.status in REDIRECTS and (location := exchange.header("location")):
            led[_without_fragment(absolute(exchange.url, location))] = step
    return tuple(named)


def name_of(method: str, url: str) -> str:
    """What a request is by itself, without those before it; empty for none of the protocol."""
    return _by_path(method, url)[0]


def absolute(url: str, location: str) -> str:
    """Where a Location in the answer to *url* leads."""
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def _named(number: int, exchange: Exchange, realms: set[str], leader: Step | None) -> Step:
    name, repository, reference = _by_path(exchange.method, exchange.url)
    if leader and not name:
        what = leader.name.removesuffix(f", {STORAGE}")
        after = f", {STORAGE}" if leader.repository else ", redirected"
        return Step(
            number,
            exchange,
            f"{what.removesuffix(after)}{after}",
            leader.repository,
            leader.reference,
            leader.exchange,
        )
    if not name:
        name = TOKEN if _without_query(exchange.url) in realms else exchange.method.lower()
    return Step(number, exchange, name, repository, reference, leader.exchange if leader else None)


def _by_path(method: str, url: str) -> tuple[str, str, str]:
    """Name, repository and reference of a request by its own address; empty where it is none of ours."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", ""
    if parts.path.endswith(_TOKEN_PATHS):
        return TOKEN, "", ""
    found = _PATH.fullmatch(parts.path)
    if found is None:
        return "", "", ""
    if found["catalog"]:
        return "list repositories", "", ""
    repository = found["name"] or ""
    if not repository:
        return PING, "", ""
    if found["tags"]:
        return "list tags", repository, ""
    if found["kind"]:
        kinds = {"blobs": _OF_BLOBS, "manifests": _OF_MANIFESTS, "referrers": {"GET": "list referrers"}}
        return kinds[found["kind"]].get(method, method.lower()), repository, found["reference"]
    return _of_upload(method, repository, parse_qs(parts.query))


def _of_upload(method: str, repository: str, query: dict[str, list[str]]) -> tuple[str, str, str]:
    mounted = query.get("mount", [""])[0]
    digest = query.get("digest", [""])[0]
    if method == "POST" and mounted:
        return "mount blob", repository, mounted
    if method == "POST":
        return ("upload blob" if digest else "start upload"), repository, digest
    return _OF_UPLOADS.get(method, method.lower()), repository, digest


def _realms(exchanges: Iterable[Exchange]) -> Iterable[str]:
    """Where answers have sent clients for a token."""
    for exchange in exchanges:
        if exchange.status == 401 and (challenge := parse_challenge(exchange.header("www-authenticate"))):
            yield _without_query(absolute(exchange.url, challenge.realm))


def is_digest(reference: str) -> bool:
    """Whether *reference* names content, and is no tag."""
    return bool(_DIGEST.fullmatch(reference))


def _without_query(url: str) -> str:
    return url.partition("?")[0]


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


def keeps_body(method: str, url: str, status: int) -> bool:
    """Whether an answer's body says something of the protocol: a refusal, or a token. Never content."""
    return status >= 400 or name_of(method, url) == TOKEN
