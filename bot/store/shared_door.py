"""The way to a PostgreSQL that several processes share: lost connections are made anew, locks cost one connection."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import StoreError
from bot.store.door import Door
from bot.store.lane import Work

T = TypeVar("T")
AGAIN = (0.0, 0.1, 0.3, 0.4)
"""Seconds before what lost its connection is tried again; two that fail so fit into Slack's three seconds."""
POLL = (0.01, 0.02, 0.05, 0.1)
"""Seconds between two tries to get what another process holds; the last one again and again."""
TAKE, LEAVE = text("SELECT pg_try_advisory_lock(:number)"), text("SELECT pg_advisory_unlock(:number)")


class SharedDoor(Door):
    """An engine's database; `locks` is an engine of its own for the one connection that holds the locks."""

    shared = True

    def __init__(self, engine: AsyncEngine, locks: AsyncEngine, name: str) -> None:
        super().__init__(name)
        self._engine = engine
        # A read is one statement; a transaction around it would be two more round trips.
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._locks = locks.execution_options(isolation_level="AUTOCOMMIT")
        self._lock_engine = locks
        self._holder: AsyncConnection | None = None
        self._asking = asyncio.Lock()

    async def _read(self, work: Work[T]) -> T:
        async def once() -> T:
            async with self._reader.connect() as connection:
                return await connection.run_sync(work)

        return await _again(once)

    async def _write(self, work: Work[T], within: float | None) -> T:  # noqa: ARG002 - no queue of ours
        """Do a work; where the connection was lost it is done again, which what it claims or follows makes safe."""

        async def once() -> T:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

        return await _again(once)

    @asynccontextmanager
    async def _alone_of_all(self, name: str) -> AsyncIterator[None]:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        polls = iter(POLL)
        while (holder := await self._taken_whole(number)) is None:  # noqa: ASYNC110 - another process lets go
            await asyncio.sleep(next(polls, POLL[-1]))
        try:
            yield
        finally:
            await asyncio.shield(self._left(holder, number))

    async def _taken_whole(self, number: int) -> AsyncConnection | None:
        taking = asyncio.ensure_future(self._said(self._taken(number)))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            with suppress(StoreError):
                if (holder := await taking) is not None:
                    await self._left(holder, number)
            raise

    async def _taken(self, number: int) -> AsyncConnection | None:
        """Take a lock; return the connection that holds it, or None where another process has it."""

        async def once() -> AsyncConnection | None:
            async with self._asking:
                holder = await self._held()
                try:
                    got = (await holder.execute(TAKE, {"number": number})).scalar_one()
                except BaseException:
                    await self._dropped(holder)
                    raise
                return holder if got else None

        return await _again(once)

    async def _held(self) -> AsyncConnection:
        if self._holder is None:
            self._holder = await self._locks.connect()
        return self._holder

    async def _left(self, holder: AsyncConnection, number: int) -> None:
        """Leave a lock; one whose connection was lost is left already."""
        async with self._asking:
            if holder is self._holder:
                try:
                    await holder.execute(LEAVE, {"number": number})
                except (DBAPIError, OSError):
                    await self._dropped(holder)

    async def _dropped(self, holder: AsyncConnection) -> None:
        self._holder = None
        with suppress(Exception):
            await holder.invalidate()
        with suppress(Exception):
            await holder.close()

    async def _close(self) -> None:
        if self._holder is not None:
            await self._dropped(self._holder)
        await self._engine.dispose()
        await self._lock_engine.dispose()


async def _again(once: Callable[[], Awaitable[T]]) -> T:
    for wait in (*AGAIN, None):
        try:
            return await once()
        except (DBAPIError, OSError) as reason:
            if wait is None or not (isinstance(reason, OSError) or reason.connection_invalidated):
                raise
        await asyncio.sleep(wait)
    raise AssertionError("the last try returns or raises")
