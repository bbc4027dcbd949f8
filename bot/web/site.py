"""A web server of our own on one address, for as long as the block lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

GRACE = 3.0
"""Seconds that requests under way have at the end."""
LARGEST = 65_536
"""Bytes of a request."""


@asynccontextmanager
async def serving(routes: Sequence[web.RouteDef], host: str, port: int) -> AsyncIterator[str]:
    """Serve the routes; yield where, as `http://host:port`. Raises OSError where it cannot listen."""
    site = web.Application(client_max_size=LARGEST)
    site.add_routes(routes)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=GRACE, keepalive_timeout=15)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0]
        yield f"http://[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"http://{bound[0]}:{bound[1]}"
    finally:
        await runner.cleanup()
