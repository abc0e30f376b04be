"""What a client and its servers said to each other: Exchanges, and the Conversation that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.clients import http

if TYPE_CHECKING:
    from glctl.clients.failures import Failure

Headers = tuple[tuple[str, str], ...]  # in their order; a name may come more than once

KEPT_BODY = 1 << 16  # bytes of an answer's body that are kept, where any are


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer, as it passed the proxy or stands in a file.

    Times in seconds (*began*: Unix time), sizes in bytes of body. *failure* tells why there is no answer, or
    no whole one. *body* is the answer's, where the protocol says something in it; never that of a blob.
    Holds credentials, so nothing of it but method, status, times and sizes is part of its ``repr``.
    """

    method: str
    url: str = field(repr=False)
    asked: Headers = field(default=(), repr=False)  # the request's headers
    status: int | None = None  # None: no answer
    answered: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    began: float = 0.0
    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    client: str = ""  # HOST:PORT of the client's connection
    server: str = ""  # IP:PORT that answered
    version: str = "HTTP/1.1"
    failure: Failure | None = field(default=None, repr=False)

    def header(self, name: str) -> str:
        """The answer's header of that name in any case, or ``""``; several of it joined by commas."""
        return _joined(self.answered, name)

    def asked_with(self, name: str) -> str:
        """The same of the request."""
        return _joined(self.asked, name)

    @property
    def ended(self) -> float:
        """When the answer was there (Unix time)."""
        return self.began + self.seconds

    @property
    def answer(self) -> http.Exchange:
        """As the rooms know it that understand answers; its URL is masked."""
        names = {name.lower() for name, _ in self.answered}
        return http.Exchange(
            self.method,
            http.without_credentials(self.url),
            status=self.status,
            headers={name: self.header(name) for name in names},
            body=self.body,
            seconds=self.seconds,
            failure=self.failure,
        )


@dataclass(frozen=True, slots=True)
class Distrust:
    """A TLS connection that did not come about, since the *client* refused the proxy's own certificate."""

    host: str
    client: str
    said: str  # OpenSSL's words


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that one client said and was told, in the order in which it began.

    *left_out*: exchanges beyond the number that is kept. *distrusted*: servers (HOST:PORT) whose certificate
    this machine does not trust, each with why; *left_behind*: what is still there of looking by hand, in
    words, with its file. Both are empty as well where nobody looked.
    """

    exchanges: tuple[Exchange, ...] = ()
    distrust: tuple[Distrust, ...] = ()
    left_out: int = 0
    distrusted: tuple[tuple[str, str], ...] = ()
    left_behind: tuple[tuple[str, str], ...] = ()

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        if not self.exchanges:
            return 0.0
        return max(e.ended for e in self.exchanges) - min(e.began for e in self.exchanges)


def _joined(headers: Headers, name: str) -> str:
    return ", ".join(value for each, value in headers if each.lower() == name.lower())
