"""Connections to one host are counted while a check goes on: never more than four at once, never more than twelve."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.looking import look
from bot.practice.names import NameServer
from probes.causes import Cause
from probes.target import Login, Target, parse_host
from probes.vantage import MAIL_PORTS, Vantage
from probes.verdict import Told, Verdict

ADDRESS = "127.0.53.77"
ZONE = {"crowd.test": {"A": [ADDRESS], "MX": ["1 crowd.test."]}}
ZONE |= {f"{label}.crowd.test": {"A": [ADDRESS]} for label in ("smtp", "mail", "mx")}
Speaks = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Crowd:
    """How many came in all, how many were there at once, and how many said QUIT."""

    def __init__(self) -> None:
        self.here = self.most = self.came = self.quit = 0

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[None]:
        self.here, self.came = self.here + 1, self.came + 1
        self.most = max(self.most, self.here)
        try:
            yield
        finally:
            self.here -= 1


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as a hotel's page does: to whatever is said, and only then."""
    if await reader.read(2000):
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://portal.test/\r\n\r\n")
        await writer.drain()


def mail(crowd: Crowd) -> Speaks:
    """Speak as a mail server without STARTTLS and without a login, so that everything else is tried too."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 crowd.test ESMTP\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            crowd.quit += verb == b"QUIT"
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 crowd.test\r\n")
            if verb == b"QUIT":
                await writer.drain()
                return

    return speak


async def looked_at(crowd: Crowd, speak: Speaks, **more: object) -> Verdict:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with crowd.visit():
                await speak(reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    async with AsyncExitStack() as stack:
        routes = {}
        for port in MAIL_PORTS:
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            stack.push_async_callback(server.wait_closed)
            stack.callback(server.close)
            routes[ADDRESS, port] = server.sockets[0].getsockname()[:2]
        names = await stack.enter_async_context(NameServer.start(ZONE))
        place = Vantage(
            nameservers=((names.address, names.port),),
            allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
            routes=routes,
            name="here.test",
        )
        target = Target(host=parse_host("crowd.test"), **more)  # type: ignore[arg-type]
        return await look(target, Told(), place, timeout=9)


async def test_a_web_server_on_every_port_is_known_though_all_seats_are_taken() -> None:
    crowd = Crowd()
    said = await looked_at(crowd, web)
    assert said.cause is Cause.NOT_AN_SMTP_SERVER
    assert crowd.most <= 4
    assert crowd.came <= 12


@pytest.mark.parametrize("login", [Login.YES, Login.NO])
async def test_every_conversation_with_a_mail_server_ends_with_quit(login) -> None:
    crowd = Crowd()
    await looked_at(crowd, mail(crowd), login=login, sender="ann@crowd.test", recipient="bob@crowd.test")
    assert crowd.most <= 4
    assert 1 <= crowd.came <= 12
    # A port that wants TLS first hears no words of ours at all.
    assert crowd.quit >= crowd.came - 3
