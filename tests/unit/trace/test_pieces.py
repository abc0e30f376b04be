from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace

from glctl.trace.pieces import PIECE, LargerPieces

ASKED = 65_535  # what mitmproxy asks for


@dataclass(frozen=True)
class Connection:
    """As mitmproxy's: it has a hash."""

    id: str


def test_all_that_has_come_is_read_at_once() -> None:
    async def read() -> list[bytes]:
        ends = {Connection(name): end() for name in ("client", "server")}
        client, server = ends
        handler = SimpleNamespace(transports=ends)
        addon = LargerPieces(SimpleNamespace(connections={client.id: handler}))
        addon.client_connected(client)
        addon.server_connected(SimpleNamespace(client=client, server=server))
        assert [each.writer.transport.max_size for each in ends.values()] == [PIECE, PIECE]
        return [await each.reader.read(ASKED) for each in ends.values()]

    assert [len(data) for data in asyncio.run(read())] == [PIECE, PIECE]


def end() -> SimpleNamespace:
    """What mitmproxy holds of a connection, more than a piece of which has come."""
    reader = asyncio.StreamReader()
    reader.feed_data(bytes(PIECE + 1))
    return SimpleNamespace(reader=reader, writer=SimpleNamespace(transport=SimpleNamespace(max_size=1 << 18)))


def test_all_that_is_encrypted_is_sent_at_once() -> None:
    asked: list[int] = []
    addon = LargerPieces(None)
    for start in (addon.tls_start_client, addon.tls_start_server):
        connection = SimpleNamespace(bio_read=asked.append)
        start(SimpleNamespace(ssl_conn=connection))
        connection.bio_read(ASKED)
    assert len(asked) == 2
    assert all(size > PIECE for size in asked)
