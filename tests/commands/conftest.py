"""The practice range, running beside the tests as `demo --serve` runs it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.practice.range import Range


@pytest.fixture(scope="session")
def practice():
    """Run the whole range, in a loop of its own."""
    loop = asyncio.new_event_loop()
    stop, started, kept = asyncio.Event(), threading.Event(), []

    async def serve() -> None:
        async with Range.start() as running:
            kept.append(running)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait()
    yield kept[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()
