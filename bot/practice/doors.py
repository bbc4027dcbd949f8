"""Listening sockets that remember what was said to them and that end at once, open connections included."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

LONGEST_HEARD = 1_000_000
"""Bytes kept of one connection."""
MOST_HEARD = 2000
"""Connections kept of one door."""
BACKLOG = 100


class Visit:
    """One connection: what it said (decrypted) and the tasks that serve it."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.said = bytearray()

    def hear(self, data: bytes) -> None:
        """Take down what came in and wake whoever waits for it."""
        self.said += data[: LONGEST_HEARD - len(self.said)]
        self.door.wake()

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold a task until it ends, and end it with the door."""
        self.door.keep(task)


Factory = Callable[[Visit], asyncio.Protocol]
"""Makes the protocol that serves a connection; it passes every byte that comes in to `Visit.hear`."""


class Door:
    """One listening socket with all its connections."""

    def __init__(self, factory: Factory, tls: ssl.SSLContext | None) -> None:
        self.factory = factory
        self.tls = tls
        self.met = 0
        self.visits: deque[Visit] = deque(maxlen=MOST_HEARD)
        self.address = ""
        self.port = 0
        self.closed = False
        self.transports: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: asyncio.Future[None] | None = None

    @property
    def heard(self) -> list[bytes]:
        """What each connection said, in the order of their coming."""
        return [bytes(visit.said) for visit in self.visits]

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold `task`; its failure is the visitor's going away and says nothing."""
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    def wake(self) -> None:
        """Tell those who wait in `news` that something came in."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def news(self) -> None:
        """Wait until something comes in: a connection or bytes."""
        if self._news is None or self._news.done():
            self._news = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._news)

    async def end(self) -> None:
        """End every connection and every task, now."""
        self.closed = True
        for transport in list(self.transports):
            transport.abort()
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        # An aborted transport closes its socket one turn of the loop later, the protocol above TLS in the next.
        for _ in range(3):
            await asyncio.sleep(0)


class Gate(asyncio.Protocol):
    """Takes a fresh connection down in the door's book before anything else sees it, and does the TLS handshake.

    asyncio's own server does not say which connections are in the middle of a handshake, so that they
    would outlive it.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._early = bytearray()
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Book the connection and hand it on."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP server gives
        door = self._door
        if door.closed:
            transport.abort()
            return
        door.met += 1
        door.transports.add(transport)
        visit = Visit(door)
        door.visits.append(visit)
        if door.tls is None:
            inner = door.factory(visit)
            transport.set_protocol(inner)
            inner.connection_made(transport)
        else:
            door.keep(asyncio.get_running_loop().create_task(self._wrap(transport, visit, door.tls)))
        door.wake()

    def data_received(self, data: bytes) -> None:
        """Keep what comes between the end of the handshake and the handing on."""
        self._early += data

    def eof_received(self) -> bool:
        """Note that the visitor went during that time."""
        self._gone = True
        return False

    async def _wrap(self, transport: asyncio.Transport, visit: Visit, tls: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            secured = await loop.start_tls(transport, self, tls, server_side=True)
            if secured is None or self._gone:  # it was aborted, or the visitor went away
                transport.abort()
                return
            inner = self._door.factory(visit)
            secured.set_protocol(inner)
            inner.connection_made(secured)
            if self._early:
                inner.data_received(bytes(self._early))


def bound(address: str, port: int) -> socket.socket:
    """Return a TCP socket bound to (address, port); port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


@asynccontextmanager
async def listening(
    factory: Factory, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Door]:
    """Listen on (address, port), TLS from the first byte with `tls`. Raises OSError where it may not."""
    door = Door(factory, tls)
    sock = bound(address, port)
    try:
        server = await asyncio.get_running_loop().create_server(lambda: Gate(door), sock=sock, backlog=BACKLOG)
    except BaseException:
        sock.close()
        raise
    door.address, door.port = sock.getsockname()[:2]
    try:
        yield door
    finally:
        server.close()
        await door.end()


@contextmanager
def refusing(*, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Hold (address, port) without listening: a connection is refused, and nobody else can take the port."""
    with bound(address, port) as sock:
        yield sock.getsockname()[1]


@contextmanager
def dropping(*, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Listen with a queue that is full: a further connection is never answered, as behind a filter that drops.

    The kernel drops a SYN while the accept queue is full, so that this needs no root and no packet filter.
    """
    with bound(address, port) as sock, socket.socket(sock.family, socket.SOCK_STREAM) as filler:
        sock.listen(0)
        filler.setblocking(False)
        if filler.connect_ex(sock.getsockname()) not in (0, errno.EINPROGRESS):
            raise OSError(errno.ECONNREFUSED, "the queue of the dropping port could not be filled")
        yield sock.getsockname()[1]
