"""The one way to the database: connections for reading and writing, and its faults as sentences."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Executable, Row, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store import StoreError

LOCKS = 8
"""Conversations that one process draws at a time where others share the database."""

P = ParamSpec("P")
T = TypeVar("T")


class Door:
    """Connections to one database; `name` is how it is called to people, without its password."""

    def __init__(self, engine: AsyncEngine, name: str, *, shared: bool) -> None:
        self.engine = engine
        self.name = name
        self.shared = shared
        self.running: set[asyncio.Future[Any]] = set()
        self._writer = engine.execution_options(writes=True)
        # A read is one statement; on PostgreSQL a transaction around it would be two more round trips.
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT") if shared else engine
        # Locks are held while a platform is spoken to: they have connections of their own, or work could not go on.
        self._locks = (
            create_async_engine(engine.url, pool_size=LOCKS, max_overflow=0, pool_timeout=120) if shared else engine
        )
        self._bare = engine.execution_options(bare=True)
        # SQLite lets one write at a time, and who waits there polls; in one process a queue is fair and quicker.
        self._turns = asyncio.Semaphore(1 if not shared else 1000)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that only reads; raises StoreError."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as reason:
            raise self._unusable(reason) from reason

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that is committed in the end; raises StoreError."""
        try:
            async with self._turns, self._writer.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as reason:
            raise self._unusable(reason) from reason

    def _unusable(self, reason: Exception) -> StoreError:
        said = str(getattr(reason, "orig", None) or reason).splitlines()
        return StoreError(
            f"The database {self.name} cannot be used: {said[0] if said else type(reason).__name__}. "
            "Make it readable and writable, or name another one in SMTP_HELP_DATABASE_URL."
        )

    def insert(
        self, table: Table, rows: Sequence[Mapping[str, Any]] = (), /, **values: Any
    ) -> postgresql.Insert | sqlite.Insert:
        """Return an insertion of one row (`values`) or several that knows what to do about a conflict."""
        given = list(rows) or values
        if self.shared:
            return postgresql.insert(table).values(given)
        return sqlite.insert(table).values(given)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Keep other processes out while something is done about `name`; one that dies lets go. Raises StoreError.

        The lock is of the transaction, so that it ends with the connection, whatever became of its process.
        """
        if not self.shared:
            yield
            return
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self._locks.connect())
                await stack.enter_async_context(connection.begin())
                await connection.execute(select(func.pg_advisory_xact_lock(number)))
            except (SQLAlchemyError, OSError) as reason:
                raise self._unusable(reason) from reason
            yield

    async def rows(self, query: Any) -> Sequence[Row[Any]]:
        """Return what a query finds."""
        async with self.reading() as connection:
            return (await connection.execute(query)).all()

    async def do(self, *statements: Executable) -> None:
        """Do statements in one transaction."""
        async with self.writing() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def wipe(self) -> None:
        """Take what was deleted out of SQLite's journal as well, where its pages would lie about until it is full."""
        if not self.shared:
            try:
                async with self._turns, self._bare.connect() as connection:
                    await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            except (SQLAlchemyError, OSError) as reason:
                raise self._unusable(reason) from reason

    async def whole(self, operation: Coroutine[Any, Any, T]) -> T:
        """Let an operation run to its end where its caller is cancelled, and `close` wait for it."""
        task = asyncio.ensure_future(operation)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let go of the database, once what is under way there has ended."""
        if self.running:
            await asyncio.wait(self.running)
        await self.engine.dispose()
        if self._locks is not self.engine:
            await self._locks.dispose()


class HasDoor(Protocol):
    """What `whole` wants of an object."""

    @property
    def door(self) -> Door:
        """The way to the database."""


S = TypeVar("S", bound=HasDoor)


def whole(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Let an operation run to its end where its caller is cancelled: half of it would cost a connection."""

    @wraps(method)
    async def shielded(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.door.whole(method(self, *args, **kwargs))

    return shielded
