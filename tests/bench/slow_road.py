"""A road to a server on which every byte takes a while, and on which the turns of a conversation are counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Passage:
    """One connection: `waits` is how often the visitor spoke only after the server had spoken."""

    began: float
    waits: int = 0
    last: str = ""
    said: bytearray = field(default_factory=bytearray)

    def moves(self, direction: str, data: bytes) -> None:
        if direction == ">":
            self.waits += self.last == "<"
            self.said += data
        self.last = direction


@dataclass
class Road:
    """A listening port that leads to another one; a round trip on it takes `delay` seconds longer."""

    to_port: int
    delay: float
    port: int = 0
    passages: list[Passage] = field(default_factory=list)
    open: int = 0
    most_open: int = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passage = Passage(time.monotonic())
        self.passages.append(passage)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        ways = [self._way(reader, far_writer, passage, ">"), self._way(far_reader, writer, passage, "<")]
        try:
            await asyncio.gather(*ways)
        except asyncio.CancelledError:
            pass  # the bench ends while somebody is still on the road
        finally:
            self.open -= 1
            for end in (writer, far_writer):
                end.close()

    async def _way(self, reader, writer, passage: Passage, direction: str) -> None:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await queue.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    break
                writer.write(data)
            if writer.can_write_eof():
                writer.write_eof()

        delivering = asyncio.create_task(deliver())
        try:
            while data := await reader.read(65536):
                passage.moves(direction, data)
                queue.put_nowait((loop.time() + self.delay / 2, data))
        except OSError:
            pass
        queue.put_nowait((loop.time() + self.delay / 2, b""))
        with suppress(OSError):
            await delivering


@asynccontextmanager
async def road(to_port: int, delay: float = 0.0) -> AsyncIterator[Road]:
    """Lay a road to a loopback port; `delay` is what a round trip takes more, in seconds."""
    laid = Road(to_port, delay)
    server = await asyncio.start_server(laid.take, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        server.close()
