"""What a monitor asks: alive (`/healthz`), ready for work (`/readyz`), and the numbers (`/metrics`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.store import StoreError
from bot.web.numbers import Numbers

LOG = logging.getLogger(__name__)
PATIENCE = 2.0
"""Seconds that the database has for one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """`waiting` asks the database for the effects not done; `serving` whether Slack's deliveries can come in now."""

    numbers: Numbers
    waiting: Callable[[], Awaitable[int]]
    slack: Callable[[], Mapping[str, int]]
    serving: Callable[[], Awaitable[bool]]

    def routes(self) -> tuple[web.RouteDef, ...]:
        """Return the three routes."""
        return (
            web.get("/healthz", self._alive),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
        )

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _ready(self, _: web.Request) -> web.Response:
        parts = {"database": await self._depth() is not None, "slack": await self.serving()}
        return web.json_response({"ok": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        text = self.numbers.text(waiting=await self._depth(), slack=self.slack())
        return web.Response(body=text.encode(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _depth(self) -> int | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.waiting()
        except (StoreError, TimeoutError) as error:
            LOG.warning("the database does not answer the monitor: %s", str(error) or "no answer in time")
            return None
