"""One HTTP request at a time, and what came of it as data: the layer under every probe.

Nothing happens behind the caller's back: no redirects, retries, cookies, proxies or .netrc. A network
that fails is a result, not an exception.
"""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from glctl import __version__
from glctl.clients.failures import Failure, explain
from glctl.clients.names import resolve
from glctl.clients.tcp import written
from glctl.errors import GlctlError
from glctl.secret import MASK, Secret

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    import requests

Address = tuple[str, int]  # host without brackets, port

MAX_BODY = 1 << 20  # bytes; what a probe reads of an answer at most
_CHUNK = 1 << 16
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters of the token and distribution protocols whose values may be shown, and of S3's what says when an
# address was signed, and for how long. Any other may be a signature.
_PLAIN_PARAMETERS = frozenset(
    {"account", "client_id", "digest", "from", "last", "mount", "n", "offline_token", "scope", "service"}
    | {"X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"}
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer. *failure* tells why the answer is missing or not whole.

    Safe to print: the URL is without credentials, and neither headers nor body are part of its ``repr``.
    """

    method: str
    url: str
    step: str = ""  # of the token or distribution protocol
    status: int | None = None  # None: no answer
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # names in lower case
    body: bytes = field(default=b"", repr=False)
    truncated: bool = False  # the body was longer than MAX_BODY
    seconds: float = 0.0
    failure: Failure | None = None

    def header(self, name: str) -> str:
        """The answer's header of that name in any case, or ``""``."""
        return self.headers.get(name.lower(), "")


class Client:
    """Sends requests. Its connections are kept for the next request; threads may share it.

    *connect_to* sends what is meant for one address to another, as curl's ``--connect-to``: Host header, TLS
    server name and the certificate check stay those of the URL. *ca_file* replaces the system's trusted
    certificates, the files in *ca_dirs* add to them; *verify* False accepts any certificate. *proxy*: the
    URL of one that all goes through. Time-outs are in seconds; without *resolve_timeout* a name is looked up
    for as long as the system does, which is long where its name server is dead.
    """

    def __init__(
        self,
        *,
        connect_to: Mapping[Address, Address] | None = None,
        ca_file: Path | None = None,
        ca_dirs: tuple[Path, ...] = (),
        verify: bool = True,
        proxy: Secret | None = None,
        resolve_timeout: float | None = None,
        connect_timeout: float = 2.0,
        read_timeout: float = 10.0,
    ) -> None:
        self._resolve_timeout = resolve_timeout
        self._connect_to = dict(connect_to or {})
        self._verify = verify
        self._proxy = proxy
        self._timeouts = (connect_timeout, read_timeout)
        self._adapter = _new_adapter(self._connect_to, lambda: _tls_context(ca_file, ca_dirs, verify), verify)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that were kept."""
        self._adapter.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        body: bytes | Iterator[bytes] | None = None,
        step: str = "",
    ) -> Exchange:
        """Send one request and read the answer, MAX_BODY of it at most; a user in *url* is not sent.

        A *body* in pieces is sent without its length (chunked).

        Raises GlctlError only where the CA file cannot be used.
        """
        from urllib3.exceptions import HTTPError

        exchange = Exchange(method, without_credentials(url), step)
        started = time.perf_counter()
        place = exchange.url
        try:
            place = self._place(url)
            self._look_up(url)
            # A requests.Session would parse the Location of a redirect and read its whole body even where
            # it is told not to follow; the adapter only sends.
            response = self._adapter.send(
                _prepared(method, url, headers or {}, body),
                stream=True,
                timeout=self._timeouts,
                verify=self._verify,
                proxies={"all": self._proxy.reveal()} if self._proxy else None,
            )
            with response:
                answer = {name.lower(): value for name, value in response.headers.items()}
                exchange = replace(exchange, status=response.status_code, headers=answer)
                content, truncated = _content(response, started + sum(self._timeouts))
            exchange = replace(exchange, body=content, truncated=truncated)
        except (HTTPError, OSError, ValueError) as error:
            exchange = replace(exchange, failure=explain(error, place))
        return replace(exchange, seconds=time.perf_counter() - started)

    def _look_up(self, url: str) -> None:
        """Socket's own error where the name is not found in time."""
        host, _ = address_of(url)
        if self._resolve_timeout is not None and not resolve(host, self._resolve_timeout):
            raise socket.gaierror(socket.EAI_NONAME, "no address was found for it in time")

    def _place(self, url: str) -> str:
        """Where a request for *url* goes, in words; ValueError if that is nowhere."""
        named = address_of(url)
        actual = self._connect_to.get(named, named)
        if self._proxy:
            through = urlsplit(self._proxy.reveal()).netloc.rpartition("@")[2]
            return f"{written(named)} (through the proxy {through})"
        return written(actual) if actual == named else f"{written(actual)} (for {written(named)})"


def address_of(url: str) -> Address:
    """Host and port of an http or https URL; ValueError if it is none."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("not an http or https URL")
    return parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]


def without_credentials(url: str) -> str:
    """*url* without user, password and fragment; query values that may be a signature are masked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    query = "&".join(_shown(parameter) for parameter in parts.query.split("&") if parameter)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _shown(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    return parameter if name in _PLAIN_PARAMETERS or not equals else f"{name}={MASK}"


def _prepared(
    method: str, url: str, headers: Mapping[str, str | Secret], body: bytes | Iterator[bytes] | None
) -> requests.PreparedRequest:
    import requests

    sent = {
        "User-Agent": f"glctl/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",  # bytes are compared with digests
    }
    for name, value in headers.items():
        sent[name] = value.reveal() if isinstance(value, Secret) else value
    scheme, netloc, path, query, _ = urlsplit(url)
    bare = urlunsplit((scheme, netloc.rpartition("@")[2], path, query, ""))
    prepared = requests.Request(method, bare, headers=sent, data=body).prepare()
    # Said here, since the connection may be to another address. A default port goes without saying.
    host = urlsplit(prepared.url or "").netloc.removesuffix(f":{_DEFAULT_PORTS[scheme]}")
    prepared.headers.setdefault("Host", host)
    return prepared


def _content(response: requests.Response, deadline: float) -> tuple[bytes, bool]:
    """The body up to MAX_BODY, and whether there was more; TimeoutError if it comes too slowly.

    Piece by piece as they come (read1): a server that drips cannot hold us until a chunk is full.
    """
    content = b""
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        content += chunk
        if len(content) > MAX_BODY:
            return content[:MAX_BODY], True
        if time.perf_counter() > deadline:
            raise TimeoutError
    return content, False


def _new_adapter(
    connect_to: Mapping[Address, Address], new_context: Callable[[], ssl.SSLContext], verify: bool
) -> requests.adapters.HTTPAdapter:
    import functools

    import requests
    import urllib3

    class Adapter(requests.adapters.HTTPAdapter):
        """Goes where *connect_to* says, and trusts what the system trusts instead of requests' own list."""

        @functools.cached_property
        def context(self) -> ssl.SSLContext:
            return new_context()

        def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
            attributes: Any = super().build_connection_pool_key_attributes(request, verify, cert)
            host, tls = attributes
            named = address_of(request.url)
            host["host"], host["port"] = connect_to.get(named, named)
            if host["scheme"] == "https":
                tls |= {"ssl_context": self.context, "server_hostname": named[0]}
            return host, tls

        def cert_verify(self, *_: Any) -> None:
            """Left to the context."""

    if not verify:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return Adapter(pool_maxsize=32)


def _tls_context(ca_file: Path | None, ca_dirs: tuple[Path, ...], verify: bool) -> ssl.SSLContext:
    import ssl

    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError too
        reason = error.strerror if not isinstance(error, ssl.SSLError) else "it holds no readable certificate"
        raise GlctlError(
            f"{ca_file}: not usable as CA file: {reason}.", "name a PEM file of certificates"
        ) from None
    for path in {path.resolve() for directory in ca_dirs for path in directory.glob("*")}:
        with contextlib.suppress(OSError):  # as Go does: what holds no certificate is passed over
            context.load_verify_locations(path)
    # On by default from Python 3.13. Docker and curl accept what it refuses: the doctor must see as they do.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
