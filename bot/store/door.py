"""The one way to the database: works that read, works that write, one at a time by name; its faults as sentences."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Engine, Executable, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.store import StoreError
from bot.store.lane import Lane, Late, Work

T = TypeVar("T")


class Door(ABC):
    """The way to one database; `name` is how it is called to people, without its password.

    A work is a function of a connection. It may be done more than once, the earlier times for nothing.
    """

    shared = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._running: set[asyncio.Future[Any]] = set()
        self._alone: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(self, work: Work[T]) -> T:
        """Return what a work that only reads finds; raises StoreError."""
        return await self._whole(self._said(self._read(work)))

    async def write(self, work: Work[T], *, within: float | None = None) -> T:
        """Do a work in a transaction and return what it returns; raises StoreError, also where it waits too long."""
        return await self._whole(self._said(self._write(work, within)))

    @abstractmethod
    async def _read(self, work: Work[T]) -> T: ...

    @abstractmethod
    async def _write(self, work: Work[T], within: float | None) -> T: ...

    async def _said(self, operation: Coroutine[Any, Any, T]) -> T:
        try:
            return await operation
        except Late:
            raise StoreError(f"The database {self.name} is too slow: too much waits to be written.") from None
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
        """Return an insertion of one row (`values`), of several, or of what it will be given, that knows conflicts."""
        made = postgresql.insert(table) if self.shared else sqlite.insert(table)
        given = list(rows) or values
        return made.values(given) if given else made

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Keep others out while something is done about `name`, in this process and in those that share the database.

        One that dies lets go. Raises StoreError.
        """
        async with self._alone.setdefault(name, asyncio.Lock()), self._alone_of_all(name):
            yield

    @asynccontextmanager
    async def _alone_of_all(self, name: str) -> AsyncIterator[None]:  # noqa: ARG002 - for those that are shared
        yield

    async def rows(self, query: Any) -> Sequence[Row[Any]]:
        """Return what a query finds."""
        return await self.read(lambda connection: connection.execute(query).all())

    async def do(self, *statements: Executable) -> int:
        """Do statements in one transaction; return how many rows the last one changed."""
        return await self.write(lambda connection: [connection.execute(each).rowcount for each in statements][-1])

    async def wipe(self) -> None:  # noqa: B027 - most databases look after that themselves
        """Take what was deleted out of what lies beside the database as well."""

    async def _whole(self, operation: Coroutine[Any, Any, T]) -> T:
        """Let an operation run to its end where its caller is cancelled, and `close` wait for it."""
        task = asyncio.ensure_future(operation)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let go of the database, once what is under way there has ended."""
        if self._running:
            await asyncio.wait(set(self._running))
        await self._close()

    @abstractmethod
    async def _close(self) -> None: ...


class FileDoor(Door):
    """An SQLite file: one thread that reads, one that writes; the engine's connections prepare themselves."""

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__(name)
        self._engine = engine
        self._bare = engine.execution_options(bare=True)
        self._reading = Lane(self._bare, "smtp-help reads", together=False)
        self._writing = Lane(engine, "smtp-help writes", together=True)

    async def _read(self, work: Work[T]) -> T:
        return await self._reading.do(work)

    async def _write(self, work: Work[T], within: float | None) -> T:
        return await self._writing.do(work, within=within)

    async def wipe(self) -> None:
        """Take what was deleted out of SQLite's journal, where its pages would lie about until it is full."""

        def emptied(_: Connection) -> None:
            with self._bare.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

        await self._whole(self._said(self._reading.do(emptied)))

    async def _close(self) -> None:
        await self._reading.close()
        await self._writing.close()
        self._engine.dispose()
