"""HTTP from Slack: one path for all deliveries, whose signature bolt checks, and a health page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
LARGEST = 2 * 1024**2
"""Bytes of a delivery; Slack's own views end at 250 kB."""
GRACE = 3.0
"""Seconds that requests under way have at the end."""


def pages(app: AsyncApp, more: Sequence[web.RouteDef] = ()) -> web.Application:
    """Return the web application: Slack's deliveries at `/slack/events`, `/healthz`, and `more`."""

    async def deliveries(request: web.Request) -> web.Response:
        try:
            asked = await to_bolt_request(request)
        except (ValueError, LookupError):  # no JSON, no UTF-8, an unknown charset: not from Slack
            return web.Response(status=400, text="not understood")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    site = web.Application(client_max_size=LARGEST)
    site.add_routes([web.post(PATH, deliveries), web.get("/healthz", health), *more])
    return site


async def serve_http(
    app: AsyncApp,
    stop: asyncio.Event,
    *,
    host: str = "127.0.0.1",
    port: int = 3000,
    ready: Callable[[str], None] | None = None,
    more: Sequence[web.RouteDef] = (),
    alive: Callable[[Callable[[], Awaitable[bool]]], None] | None = None,
) -> None:
    """Serve until `stop` is set; `ready` is told the address. Raises OSError where it cannot listen.

    `alive` is given what tells whether deliveries can come in.
    """

    async def listening() -> bool:
        return True

    runner = web.AppRunner(pages(app, more), access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0]
        if alive is not None:
            alive(listening)
        if ready is not None:
            ready(f"http://{bound[0]}:{bound[1]}{PATH}")
        await stop.wait()
    finally:
        await runner.cleanup()
