"""A server of the range ends at once, whatever its visitors are in the middle of, and says nothing on the terminal."""

import asyncio
import socket
from contextlib import suppress

import pytest

from bot.practice.servers import SERVERS, serving


@pytest.mark.parametrize("name", SERVERS)
async def test_every_server_ends_at_once_while_visitors_hang_in_the_middle_of_everything(certificates, name, caplog):
    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    async with serving(name, certificates) as server:
        visitors = []
        for port, door in server.doors.items():
            for line in (None, b"EHLO client.test\r\n", b"EHLO client.test\r\nSTARTTLS\r\n", b"\x16\x03\x01\x02\x00"):
                met = door.met
                sock = socket.socket()
                sock.setblocking(False)
                await loop.sock_connect(sock, (server.address, server.ports[port]))
                while door.met == met:
                    await door.news()
                if line is not None:
                    await loop.sock_sendall(sock, line)
                visitors.append(sock)
        start = loop.time()
    assert loop.time() - start < 1
    assert asyncio.all_tasks() == before
    for sock in visitors:
        sock.close()
    assert not caplog.records


async def test_a_visitor_who_leaves_in_the_middle_of_a_handshake_does_no_harm(certificates, visit, caplog):
    async with serving("healthy", certificates) as server:
        for port in (465, 587):
            async with visit(server.address, server.ports[port]) as client:
                client.writer.write(b"EHLO a.test\r\n" if port == 465 else b"EHLO a.test\r\nSTARTTLS\r\n")
                while await client.reader.readline() not in (b"220 Ready to start TLS\r\n", b""):
                    pass
                client.writer.write(b"QUIT, and no TLS at all\r\n")
                with suppress(ConnectionError):
                    await client.reader.read()
        async with visit(server.address, server.ports[587]) as client:
            assert (await client.reply()).startswith("220 ")
    assert not caplog.records
