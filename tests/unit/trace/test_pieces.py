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
    async def read() -> tuple[bytes, bytes]:
        readers = [asyncio.StreamReader(), asyncio.StreamReader()]
        for reader in readers:
            reader.feed_data(bytes(PIECE + 1))
        client, server = Connection("1"), Connection("2")
        transports = {
            each: SimpleNamespace(reader=reader)
            for each, reader in zip((client, server), readers, strict=True)
        }
        handler = SimpleNamespace(transports=transports)
        addon = LargerPieces(SimpleNamespace(connections={"1": handler}))
        addon.client_connected(client)
        addon.server_connected(SimpleNamespace(client=client, server=server))
        return await readers[0].read(ASKED), await readers[1].read(ASKED)

    assert [len(data) for data in asyncio.run(read())] == [PIECE, PIECE]


def test_all_that_is_encrypted_is_sent_at_once() -> None:
    asked: list[int] = []
    addon = LargerPieces(None)
    for start in (addon.tls_start_client, addon.tls_start_server):
        connection = SimpleNamespace(bio_read=asked.append)
        start(SimpleNamespace(ssl_conn=connection))
        connection.bio_read(ASKED)
    assert len(asked) == 2
    assert all(size > PIECE for size in asked)
