"""Socket Mode: two connections, so that a refresh of one loses nothing, and a watch that ends a process gone deaf."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import Calls
from bot.slack.faults import SlackFault

LOG = logging.getLogger(__name__)
CONNECTIONS = 2
"""The SDK closes a connection before it opens the next; the other one is there in between."""
PING = 10.0
"""Seconds between pings; four without an answer make a connection stale."""
LOOK_EVERY = 5.0
DEAF_AFTER = 120.0
"""Seconds without any connection after which the process ends, to be started anew by whoever runs it."""


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
    opened = await Calls(client)("apps.connections.open", app_token=app_token)
    handlers = [
        AsyncSocketModeHandler(app, app_token, logger=app.logger, web_client=client, ping_interval=PING)
        for _ in range(connections)
    ]
    handlers[0].client.wss_uri = str(opened["url"])
    if alive is not None:
        alive(lambda: _any_alive(handlers))
    connecting = [asyncio.create_task(_opened(handler)) for handler in handlers]
    try:
        await _first(connecting, stop)
        if ready is not None and not stop.is_set():
            ready("Socket Mode")
        await _watched(handlers, stop, deaf_after)
    finally:
        for task in connecting:
            task.cancel()
        await asyncio.gather(*connecting, return_exceptions=True)
        await asyncio.gather(*(_closed(handler) for handler in handlers))


async def _first(connecting: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()


async def _watched(handlers: Sequence[AsyncSocketModeHandler], stop: asyncio.Event, deaf_after: float) -> None:
    """Wait for the end; raises SlackFault where no connection was alive for `deaf_after` seconds."""
    clock = asyncio.get_running_loop().time
    heard = clock()
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(LOOK_EVERY, deaf_after / 2))
        if await _any_alive(handlers):
            heard = clock()
        elif clock() - heard > deaf_after:
            raise SlackFault("deaf")


async def _opened(handler: AsyncSocketModeHandler) -> None:
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt's own


async def _any_alive(handlers: Sequence[AsyncSocketModeHandler]) -> bool:
    return any([await _alive(handler) for handler in handlers])


async def _alive(handler: AsyncSocketModeHandler) -> bool:
    client = handler.client
    return not client.aiohttp_client_session.closed and await client.is_connected()


async def _closed(handler: AsyncSocketModeHandler) -> None:
    """Close a connection, and wait for the SDK's tasks, which it only cancels."""
    client = handler.client
    await handler.close_async()  # type: ignore[no-untyped-call]  # bolt's own
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
