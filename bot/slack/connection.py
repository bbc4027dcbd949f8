"""One connection of Socket Mode, from Slack's hello to its end; it says when a newer one is wanted."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

LOG = logging.getLogger(__name__)
PING = 10.0
"""Seconds between pings; four without an answer make a connection stale."""
HELLO_WITHIN = 10.0
"""Seconds until Slack says hello: a connection that it does not want it ends before that."""
GRACE = 3.0
"""Seconds that acknowledgements under way have at the end; Slack waits no longer for one."""
CLOSES_WITHIN = 1.0
"""Seconds that Slack has to say goodbye."""


class Connection(SocketModeClient):
    """The SDK's client for one connection at `url`; bolt's app answers what comes in.

    The SDK's own way to a newer connection closes the old one first, and tries an address that is good for once again
    and again; that is left to `bot.slack.sockets`. `others` are all connections of the process.
    """

    def __init__(
        self, app: AsyncApp, app_token: str, client: AsyncWebClient, url: str, others: Collection[Connection]
    ) -> None:
        super().__init__(
            app_token, logger=app.logger, web_client=client, auto_reconnect_enabled=False, ping_interval=PING
        )
        self.wss_uri = url
        self.reason = ""
        """Slack's own name for why the connection is to end, where it gave one."""
        self._app, self._others = app, others
        self._greeted, self._told, self._quiet = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._quiet.set()
        self._under_way = 0
        self.on_message_listeners.append(self._heard)
        self.on_close_listeners.append(self._gone)
        self.on_error_listeners.append(self._gone)
        self.socket_mode_request_listeners.append(self._answer)

    async def connect(self) -> None:
        """Connect, and wait for Slack's hello. Raises aiohttp's errors, OSError and TimeoutError."""
        async with asyncio.timeout(HELLO_WITHIN):
            self.current_session = await self.aiohttp_client_session.ws_connect(
                str(self.wss_uri), autoping=False, heartbeat=self.ping_interval, proxy=self.proxy
            )
            self.message_receiver = asyncio.ensure_future(self.receive_messages())
            self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
            hello, told = asyncio.ensure_future(self._greeted.wait()), asyncio.ensure_future(self._told.wait())
            try:
                await asyncio.wait([hello, told], return_when=asyncio.FIRST_COMPLETED)
            finally:
                hello.cancel()
                told.cancel()
        if not self._greeted.is_set():
            raise ConnectionError(self.reason or "closed before hello")

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002 - the SDK's
        """Say that a newer connection is wanted; the SDK calls this where Slack says `disconnect`."""
        self._told.set()

    async def wanted(self, look_every: float) -> None:
        """Wait until a newer connection is wanted: Slack says so, or this one is not alive any more."""
        while not self._told.is_set() and await self.alive():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), look_every)

    async def alive(self) -> bool:
        """Tell whether something that Slack sends would come in, and be read."""
        reading = (self.message_receiver, self.message_processor)
        read = all(task is not None and not task.done() for task in reading)
        return read and self._greeted.is_set() and not self.aiohttp_client_session.closed and await self.is_connected()

    async def send_message(self, message: str) -> None:
        """Send an acknowledgement; where the connection is gone that it belongs to, over another one of the process."""
        for each in (self, *self._others):
            session = each.current_session
            if session is not None and not session.closed:
                with suppress(ConnectionError):
                    await session.send_str(message)
                    return
        LOG.warning("an acknowledgement found no connection to Slack")

    async def end(self, grace: float = GRACE) -> None:
        """Let acknowledgements under way out, then close and wait for the SDK's tasks, which it only cancels."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), grace)
        self.closed = True
        if self.current_session is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.current_session.close(), CLOSES_WITHIN)
        tasks = [self.message_processor, self.current_session_monitor, self.message_receiver]
        running = [task for task in tasks if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.aiohttp_client_session.close()

    async def _answer(self, _: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        began = time.time()
        self._under_way += 1
        self._quiet.clear()
        try:
            response = await run_async_bolt_app(self._app, request)
            await send_async_response(self, request, response, began)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._quiet.set()

    async def _heard(self, message: WSMessage) -> None:
        told = _read(message.data)
        if told.get("type") == "hello":
            self._greeted.set()
        elif told.get("type") == "disconnect":
            self.reason = str(told.get("reason") or "")
            self._told.set()

    async def _gone(self, _: WSMessage) -> None:
        self._told.set()


def _read(data: object) -> dict[str, Any]:
    try:
        told = json.loads(str(data))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
