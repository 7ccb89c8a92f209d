from __future__ import annotations

import asyncio
import socket

from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.serve import listening_socket


async def test_an_answer_does_not_wait_until_its_headers_are_acknowledged() -> None:
    no_delay: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        no_delay.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    port = free_port()
    async with await asyncio.start_server(answer, sock=listening_socket(port)):
        _, writer = await asyncio.open_connection(LOOPBACK, port)
        assert await no_delay
        writer.close()
        await writer.wait_closed()


def test_copies_share_a_port() -> None:
    port = free_port()
    with listening_socket(port) as first, listening_socket(port) as second:
        assert first.getsockname() == second.getsockname() == (LOOPBACK, port)
