"""mitmproxy between a command and its servers, in a thread of this process, which records what passes.

Bodies stream through and are counted; of an answer's, the beginning is kept where the protocol says something
in it (a refusal, a token). Nothing is changed on the way. mitmproxy is an optional extra, loaded only here.
"""

from __future__ import annotations

import importlib.util
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from glctl.errors import GlctlError
from glctl.trace.exchange import Conversation, Distrust
from glctl.trace.flows import CutOff, exchange_of, is_kept_whole, written
from glctl.trace.pieces import LargerPieces

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from glctl.trace.exchange import Exchange

MOST = 20_000  # exchanges that are kept; a client that follows redirects for ever makes no end of them
MAX_HEAD = 1 << 18  # bytes of headers, which mitmproxy itself would collect without end
_PATIENCE = 30.0  # seconds until it listens
_SETTLING = 1.0  # seconds; what a command has left in the background may talk for ever
_HOST = "127.0.0.1"
_WANTS_PASSWORD = 407
USER = "glctl"  # who has the password of a Door


@dataclass(frozen=True, slots=True)
class Door:
    """Where the proxy listens, and what lets a client in; port 0 for any that is free."""

    host: str = _HOST
    port: int = 0
    password: str = field(default="", repr=False)


LOOPBACK = Door()


@dataclass
class Recorder:
    """What mitmproxy tells as its addon; its methods are called in the proxy's thread.

    The names of the methods are mitmproxy's events.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    distrust: list[Distrust] = field(default_factory=list)
    left_out: int = 0
    told: Callable[[Exchange], None] = lambda _: None  # each that has ended
    turned_away: set[str] = field(default_factory=set)  # clients without the password
    _open: dict[str, CutOff] = field(default_factory=dict)
    _clients: set[str] = field(default_factory=set)  # connections that are still open

    def client_connected(self, client: Any) -> None:
        """A connection of the client's."""
        self._clients.add(client.id)

    def client_disconnected(self, client: Any) -> None:
        """Its end."""
        self._clients.discard(client.id)

    def requestheaders(self, flow: Any) -> None:
        """Begin to count."""
        if flow.response:
            self.turned_away.add(flow.client_conn.peername[0])
            return
        self._open[flow.id] = cut_off = CutOff(flow)
        flow.request.stream = cut_off.sent

    def responseheaders(self, flow: Any) -> None:
        """Count the answer, too. One that is to be kept is had whole first: clients hang up on a refusal."""
        cut_off = self._open.get(flow.id)
        if cut_off and not is_kept_whole(flow):
            flow.response.stream = cut_off.received

    def response(self, flow: Any) -> None:
        """All of it has passed."""
        self._close(flow)

    def error(self, flow: Any) -> None:
        """There will be no (whole) answer."""
        self._close(flow)

    def http_connect(self, flow: Any) -> None:
        """A tunnel is asked for."""
        if flow.response:
            self.turned_away.add(flow.client_conn.peername[0])

    def http_connect_error(self, flow: Any) -> None:
        """The server that a tunnel was asked for could not be reached, or the client may not ask."""
        if flow.response is None or flow.response.status_code != _WANTS_PASSWORD:
            self._keep(exchange_of(flow))

    def tls_failed_client(self, data: Any) -> None:
        """The client did not like our certificate."""
        said = str(data.conn.error or "")
        if "closed early" in said:
            return  # before it said anything
        host = data.conn.sni or written(data.context.server.address)
        if len(self.distrust) < MOST:
            self.distrust.append(Distrust(host, written(data.conn.peername), said))

    def settle(self) -> None:
        """Wait until all that an ended client was told has been seen: nothing is open any more then."""
        deadline = time.monotonic() + _SETTLING
        while (self._clients or self._open) and time.monotonic() < deadline:
            time.sleep(0.01)

    def conversation(self) -> Conversation:
        """What was recorded so far; what is not answered yet is told as such."""
        now = time.time()
        pending = [replace(cut.exchange(), seconds=now - cut.began) for cut in tuple(self._open.values())]
        exchanges = sorted((*self.exchanges, *pending), key=lambda exchange: exchange.began)
        return Conversation(tuple(exchanges), tuple(self.distrust), self.left_out)

    def _close(self, flow: Any) -> None:
        if cut_off := self._open.pop(flow.id, None):
            self._keep(cut_off.exchange())

    def _keep(self, exchange: Exchange) -> None:
        if len(self.exchanges) < MOST:
            self.exchanges.append(exchange)
            self.told(exchange)
        else:
            self.left_out += 1


def require_mitmproxy() -> None:
    """GlctlError with what to install, where it is missing."""
    if importlib.util.find_spec("mitmproxy") is None:
        import sys

        raise GlctlError(
            "mitmproxy is not installed, which trace needs.",
            f"{sys.executable} -m pip install 'glctl[trace]'   (or, in a checkout: pip install '.[trace]')",
        )


@contextmanager
def recording(
    directory: Path, door: Door = LOOPBACK, told: Callable[[Exchange], None] = lambda _: None
) -> Iterator[tuple[str, Recorder]]:
    """A proxy at *door* while this lasts: its URL, and what it records.

    Each exchange that has ended is *told*, from the proxy's thread. *directory* is private and
    holds the authority as ``mitmproxy-ca.pem``. GlctlError if it does not start.
    """
    require_mitmproxy()
    recorder = Recorder(told=told)
    proxy = _Proxy(directory, door, recorder)
    proxy.start()
    try:
        yield proxy.wait_until_it_listens(), recorder
    finally:
        proxy.end()


class _Proxy(threading.Thread):
    """mitmproxy's event loop."""

    def __init__(self, directory: Path, door: Door, recorder: Recorder) -> None:
        super().__init__(name="mitmproxy", daemon=True)
        self._directory = directory
        self._door = door
        self._recorder = recorder
        self._listens = threading.Event()
        self._url = ""
        self._failed = ""
        self._end: Callable[[], None] = lambda: None

    def run(self) -> None:
        """The thread."""
        import asyncio

        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            self._failed = f"{type(error).__name__}: {error}"
        finally:
            self._listens.set()

    def wait_until_it_listens(self) -> str:
        """Its URL."""
        if not self._listens.wait(_PATIENCE) or not self._url:
            raise GlctlError(
                f"mitmproxy does not start: {self._failed or 'it does not listen in time'}.",
                "see whether it runs by itself: mitmdump --version",
            )
        return self._url

    def end(self) -> None:
        """Have it end, and wait until it has."""
        self._end()
        self.join(5)

    async def _serve(self) -> None:
        import asyncio

        _avoid_all_addons()
        from mitmproxy import master, options
        from mitmproxy.addons import core, next_layer, proxyserver, tlsconfig

        loop = asyncio.get_running_loop()
        _know_localhost(loop)
        _bound_heads()
        chosen = options.Options(
            confdir=str(self._directory),
            listen_host=self._door.host,
            listen_port=self._door.port,
            # The client's trust is what counts: what this machine thinks of a server is told apart from that.
            ssl_insecure=True,
        )
        server = proxyserver.Proxyserver()
        made = master.Master(chosen)
        if self._door.password:
            from mitmproxy.addons import proxyauth  # with LDAP and passlib

            made.addons.add(proxyauth.ProxyAuth())
            chosen.update(proxyauth=f"{USER}:{self._door.password}")
        made.addons.add(
            *(core.Core(), server, next_layer.NextLayer(), tlsconfig.TlsConfig()),
            *(LargerPieces(server), self._recorder),
        )
        self._end = made.shutdown
        serving = asyncio.create_task(made.run())
        while not server.listen_addrs() and not serving.done():
            await asyncio.sleep(0.01)
        if addresses := server.listen_addrs():
            self._url = f"http://{written(addresses[0])}"
        self._listens.set()
        await serving
        await server.servers.update([])


def _avoid_all_addons() -> None:
    """mitmproxy.addons imports all of its addons, with Flask and LDAP: a second, for the four needed here."""
    import sys
    import types

    import mitmproxy

    if "mitmproxy.addons" not in sys.modules:
        package = types.ModuleType("mitmproxy.addons")
        package.__path__ = [os.path.join(path, "addons") for path in mitmproxy.__path__]  # noqa: PTH118
        sys.modules["mitmproxy.addons"] = package


def _know_localhost(loop: asyncio.AbstractEventLoop) -> None:
    """Names below ``.localhost`` are this machine (RFC 6761), whether or not its resolver knows them.

    Go's programs never use a proxy for 127.0.0.1 and localhost itself, for these they do.
    """
    look_up = loop.getaddrinfo

    async def getaddrinfo(host: Any, port: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        local = isinstance(name, str) and name.lower().rstrip(".").endswith(".localhost")
        return await look_up(_HOST if local else host, port, **options)

    loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign] # of this loop only


def _bound_heads() -> None:
    """Have HTTP/1 connections end whose headers have none: mitmproxy (12) has no limit of its own."""
    from mitmproxy.proxy import commands
    from mitmproxy.proxy.layers.http import _http1
    from mitmproxy.proxy.layers.http._base import ReceiveHttp

    def bounded(read: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def read_headers(self: Any, event: Any) -> Iterator[Any]:
            yield from read(self, event)
            if self.state == self.read_headers and len(self.buf) > MAX_HEAD:
                self.state = self.done
                yield commands.CloseConnection(self.conn)
                if self.stream_id is not None:
                    told = f"headers of more than {MAX_HEAD // 1024} KiB"
                    yield ReceiveHttp(self.ReceiveProtocolError(self.stream_id, told))

        read_headers.bounded = True  # type: ignore[attr-defined]
        return read_headers

    for side in (_http1.Http1Client, _http1.Http1Server):
        if not hasattr(side.read_headers, "bounded"):
            side.read_headers = bounded(side.read_headers)
