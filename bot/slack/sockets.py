"""Socket Mode: two connections, each followed by the next before it goes, and a watch that ends a process gone deaf."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import Calls
from bot.slack.connection import Connection
from bot.slack.faults import SlackFault

LOG = logging.getLogger(__name__)
CONNECTIONS = 2
"""Of each process; Slack allows an app ten in all, and sends each delivery over any one of them."""
LOOK_EVERY = 1.0
DEAF_AFTER = 120.0
"""Seconds without any connection after which the process ends, to be started anew by whoever runs it."""
SETTLED = 30.0
"""Seconds after which a connection counts as one that lasted: the next is opened at once, else after a wait."""
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0
OFF, TOO_MANY = "link_disabled", "too_many_websockets"
"""Reasons for which Slack ends a connection: Socket Mode was switched off, or the app has more than ten of them."""


async def serve_socket(
    app: AsyncApp,
    app_token: str,
    client: AsyncWebClient,
    stop: asyncio.Event,
    *,
    ready: Callable[[str], None] | None = None,
    connections: int = CONNECTIONS,
    deaf_after: float = DEAF_AFTER,
    alive: Callable[[Callable[[], Awaitable[bool]]], None] | None = None,
) -> None:
    """Serve until `stop` is set. Raises SlackFault for a wrong app token, and where no connection comes back.

    `alive` is given what tells whether a connection is alive.
    """
    pool = Pool(app, app_token, client)
    first = await pool.address()
    if alive is not None:
        alive(pool.alive)
    places = [asyncio.create_task(pool.hold(first if not number else "")) for number in range(connections)]
    try:
        await _watched(pool, stop, deaf_after, ready)
    finally:
        for place in places:
            place.cancel()
        await asyncio.gather(*places, return_exceptions=True)
        await pool.close()


async def _watched(pool: Pool, stop: asyncio.Event, deaf_after: float, ready: Callable[[str], None] | None) -> None:
    """Wait for the end; raises SlackFault where no connection was alive for `deaf_after` seconds."""
    clock = asyncio.get_running_loop().time
    heard, stopping = clock(), asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            if await pool.alive():
                heard = clock()
                if ready is not None:
                    ready("Socket Mode")
                    ready = None
            elif clock() - heard > deaf_after:
                raise pool.fault or SlackFault("deaf")
            coming = asyncio.create_task(pool.came.wait())
            first = {stopping, coming} if ready is not None else {stopping}
            await asyncio.wait(first, timeout=min(LOOK_EVERY, deaf_after / 2), return_when=asyncio.FIRST_COMPLETED)
            coming.cancel()
    finally:
        stopping.cancel()


class Pool:
    """The connections of this process."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        self._app, self._app_token, self._client = app, app_token, client
        self._calls = Calls(client)
        self._open: list[Connection] = []
        """All that are open: the newest first, so that an acknowledgement whose own is gone goes over it."""
        self._ending: set[asyncio.Task[None]] = set()
        self.came = asyncio.Event()
        """Set once the first connection is there."""
        self.fault: SlackFault | None = None
        """Why no newer connection could be had, where that lasts."""

    async def alive(self) -> bool:
        """Tell whether something that Slack sends would come in."""
        return any([await connection.alive() for connection in self._open])

    async def address(self) -> str:
        """Return an address that is good for one connection. Raises SlackFault."""
        return str((await self._calls("apps.connections.open", app_token=self._app_token))["url"])

    async def hold(self, address: str) -> None:
        """Keep one place filled for ever: the next connection is there before the one before it goes.

        One that did not last, or could not be had, is followed by the next after a wait that grows.
        """
        clock = asyncio.get_running_loop().time
        connection, wait = None, 0.0
        while True:
            await asyncio.sleep(wait)
            newer, began = await self._opened(address), clock()
            address = ""
            if newer is not None:
                self._let_go(connection)
                connection = newer
                await connection.wanted(LOOK_EVERY)
                LOG.info("a connection to Slack ends (%s)", connection.reason or "it is gone")
                if connection.reason in (OFF, TOO_MANY):
                    self._refused(connection.reason)
                    self._let_go(connection)
                    connection = None
            lasted = newer is not None and clock() - began > SETTLED
            wait = 0.0 if lasted else min(max(2 * wait, SHORTEST_WAIT), LONGEST_WAIT)

    async def _opened(self, address: str) -> Connection | None:
        connection = None
        try:
            address = address or await self.address()
            connection = Connection(self._app, self._app_token, self._client, address, self._open)
            await connection.connect()
        except SlackFault as fault:
            LOG.warning("no connection to Slack: %s", fault)
            self.fault = fault if fault.lasting else self.fault
            return None
        except (aiohttp.ClientError, OSError, TimeoutError) as reason:
            LOG.warning("no connection to Slack (%s)", (connection and connection.reason) or type(reason).__name__)
            self._refused(connection.reason if connection else "")
            self._let_go(connection)
            return None
        except asyncio.CancelledError:
            self._let_go(connection)
            raise
        except Exception:
            LOG.exception("no connection to Slack")  # the place is filled later all the same
            self._let_go(connection)
            return None
        self.fault = None
        self.came.set()
        self._open.insert(0, connection)
        return connection

    def _refused(self, reason: str) -> None:
        if reason in (OFF, TOO_MANY):
            self.fault = SlackFault(reason)
            LOG.warning("%s", self.fault)

    def _let_go(self, connection: Connection | None) -> None:
        """Close a connection in a task of its own, once what is being acknowledged over it is out."""
        if connection is not None:
            task = asyncio.create_task(self._end(connection))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end(self, connection: Connection) -> None:
        with suppress(Exception):
            await connection.end()
        if connection in self._open:
            self._open.remove(connection)

    async def close(self) -> None:
        """Close all connections."""
        for connection in list(self._open):
            self._let_go(connection)
        await asyncio.gather(*self._ending, return_exceptions=True)
