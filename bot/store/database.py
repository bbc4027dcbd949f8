"""The store on SQLAlchemy Core: the same statements on SQLite and PostgreSQL; the only room that speaks SQL."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Executable, Row, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import Change, Moved, Pending, StoreError
from bot.store.packing import pack, pack_effect, unpack, unpack_effect
from bot.store.tables import CONVERSATIONS, MIGRATIONS, OUTBOX, SEEN, SURFACE, migrate
from flows.conversation import Conversation, Effect

P = ParamSpec("P")
T = TypeVar("T")

LOG = logging.getLogger(__name__)
ONE_START = 5_870_465
"""The lock that keeps two replicas which start together from both making the tables."""


def _whole(
    method: Callable[Concatenate[Database, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Database, P], Coroutine[Any, Any, T]]:
    """Let an operation run to its end where its caller is cancelled: half of it would cost a connection."""

    @wraps(method)
    async def shielded(self: Database, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.whole(method(self, *args, **kwargs))

    return shielded


class Database:
    """A `Store` over an engine; `name` is how the database is called to people, without its password."""

    def __init__(self, engine: AsyncEngine, name: str, *, shared: bool) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._name = name
        # SQLite lets one write at a time, and who waits there polls; in one process a queue is fair and quicker.
        self._turns = asyncio.Semaphore(1 if not shared else 1000)
        self.shared = shared
        self.running: set[asyncio.Future[Any]] = set()

    async def whole(self, operation: Coroutine[Any, Any, T]) -> T:
        """Let an operation run to its end where its caller is cancelled, and `close` wait for it."""
        task = asyncio.ensure_future(operation)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return await asyncio.shield(task)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that reads; what goes wrong is a `StoreError`."""
        try:
            async with self._engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as reason:
            raise self._unusable(reason) from reason

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that writes, ended by the block's end; what goes wrong is a `StoreError`."""
        try:
            async with self._turns, self._writer.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as reason:
            raise self._unusable(reason) from reason

    def _unusable(self, reason: Exception) -> StoreError:
        said = str(getattr(reason, "orig", None) or reason).splitlines()
        return StoreError(
            f"The database {self._name} cannot be used: {said[0] if said else type(reason).__name__}. "
            "Make it readable and writable, or name another one in SMTP_HELP_DATABASE_URL."
        )

    async def prepare(self) -> None:
        """Bring the tables up to date; raises `StoreError` where the database is newer than this program."""
        async with self.writing() as connection:
            if self.shared:
                await connection.execute(select(func.pg_advisory_xact_lock(ONE_START)))
            newer = await connection.run_sync(migrate)
        if newer is not None:
            raise StoreError(
                f"The database {self._name} was written by a newer smtp-help (it has version {newer}, this program "
                f"knows {len(MIGRATIONS)}). Update smtp-help, or name another database in SMTP_HELP_DATABASE_URL."
            )

    @_whole
    async def save(
        self,
        key: str | None,
        changes: Sequence[Change],
        *,
        by: str,
        now: float,
        until: float,
        done: Sequence[int] = (),
        surface: Mapping[str, str] | None = None,
    ) -> tuple[Pending, ...] | None:
        """Claim, keep and note in one transaction (see `Store.save`)."""
        noted: list[Pending] = []
        async with self.writing() as connection:
            if key is not None and not await self._claim(connection, key, now):
                return None
            for change in changes:
                await _keep(connection, change, now)
                for effect in change.effects:
                    noted.append(await _note(connection, change.conversation, effect, by=by, until=until))  # noqa: PERF401 - in order
            if done:
                await connection.execute(delete(OUTBOX).where(OUTBOX.c.number.in_(done)))
            if surface:
                await self._put(connection, changes[0].conversation.id, surface)
        return tuple(noted)

    async def _claim(self, connection: AsyncConnection, key: str, now: float) -> bool:
        claimed = self._insert(SEEN, key=key, at=now).on_conflict_do_nothing()
        return (await connection.execute(claimed)).rowcount > 0

    def _insert(self, table: Table, **values: Any) -> postgresql.Insert | sqlite.Insert:
        if self.shared:
            return postgresql.insert(table).values(**values)
        return sqlite.insert(table).values(**values)

    async def _put(self, connection: AsyncConnection, conversation: str, notes: Mapping[str, str | None]) -> None:
        for name, value in notes.items():
            if value is None:
                where = (SURFACE.c.conversation == conversation, SURFACE.c.name == name)
                await connection.execute(delete(SURFACE).where(*where))
                continue
            put = self._insert(SURFACE, conversation=conversation, name=name, value=value)
            await connection.execute(
                put.on_conflict_do_update(index_elements=["conversation", "name"], set_={"value": value})
            )

    @_whole
    async def claimed(self, key: str) -> bool:
        """Return whether the event of that key was taken before."""
        return bool(await self._rows(select(SEEN.c.key).where(SEEN.c.key == key)))

    @_whole
    async def load(self, conversation: str) -> Conversation | None:
        """Return the newest snapshot."""
        rows = await self._rows(select(CONVERSATIONS.c.snapshot).where(CONVERSATIONS.c.id == conversation))
        return _read(rows[0].snapshot) if rows else None

    @_whole
    async def of_owner(self, owner: str, limit: int = 10) -> tuple[Conversation, ...]:
        """Return an owner's conversations, the one touched last first."""
        table = CONVERSATIONS.c
        newest = (
            select(table.snapshot).where(table.owner == owner).order_by(table.touched.desc(), table.id).limit(limit)
        )
        return tuple(c for row in await self._rows(newest) if (c := _read(row.snapshot)))

    @_whole
    async def forget(self, owner: str) -> int:
        """Delete all that is kept of an owner; return how many conversations that were."""
        return await self._delete(CONVERSATIONS.c.owner == owner)

    @_whole
    async def tidy(self, *, keys_before: float, conversations_before: float | None = None) -> int:
        """Delete old event keys, and conversations not touched since."""
        async with self.writing() as connection:
            await connection.execute(delete(SEEN).where(SEEN.c.at < keys_before))
        if conversations_before is None:
            return 0
        return await self._delete(CONVERSATIONS.c.touched < conversations_before)

    async def _delete(self, which: Any) -> int:
        ids = select(CONVERSATIONS.c.id).where(which)
        async with self.writing() as connection:
            for table in (OUTBOX, SURFACE):
                await connection.execute(delete(table).where(table.c.conversation.in_(ids)))
            return (await connection.execute(delete(CONVERSATIONS).where(which))).rowcount

    @_whole
    async def take_up(
        self, *, by: str, now: float, until: float, whose: str, everything: bool = False
    ) -> tuple[Pending, ...]:
        """Take the effects whose lease ran out (see `Store.take_up`)."""
        table = OUTBOX.c
        theirs = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.owner.startswith(whose, autoescape=True))
        free = and_(table.taken_by != by, table.conversation.in_(theirs))
        if not everything:
            free = and_(free, table.taken_until < now)
        taken = update(OUTBOX).where(free).values(taken_by=by, taken_until=until, tries=table.tries + 1)
        async with self.writing() as connection:
            rows = (await connection.execute(taken.returning(*table))).all()
        return _pending(sorted(rows, key=lambda row: int(row.number)))

    @_whole
    async def renew(self, by: str, until: float) -> None:
        """Prolong the lease on all that `by` has taken."""
        await self._do(update(OUTBOX).where(OUTBOX.c.taken_by == by).values(taken_until=until))

    @_whole
    async def give_back(self, by: str) -> None:
        """End the lease on all that `by` has taken."""
        await self._do(update(OUTBOX).where(OUTBOX.c.taken_by == by).values(taken_by="", taken_until=0))

    @_whole
    async def done(self, numbers: Sequence[int]) -> None:
        """Strike out effects."""
        if numbers:
            await self._do(delete(OUTBOX).where(OUTBOX.c.number.in_(numbers)))

    @_whole
    async def unfinished(self, conversation: str) -> tuple[Pending, ...]:
        """Return the effects of a conversation that are not done, in order."""
        mine = select(OUTBOX).where(OUTBOX.c.conversation == conversation).order_by(OUTBOX.c.number)
        return _pending(await self._rows(mine))

    @_whole
    async def surface(self, conversation: str) -> dict[str, str]:
        """Return a front's own notes on a conversation."""
        rows = await self._rows(select(SURFACE).where(SURFACE.c.conversation == conversation))
        return {row.name: row.value for row in rows}

    @_whole
    async def remember(self, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge a front's notes; None takes one away."""
        async with self.writing() as connection:
            await self._put(connection, conversation, notes)

    @_whole
    async def found_at(self, name: str, value: str) -> str | None:
        """Return the conversation one of whose notes is `name` = `value`, the newest of them."""
        both = select(SURFACE.c.conversation).join(CONVERSATIONS, CONVERSATIONS.c.id == SURFACE.c.conversation)
        newest = both.where(SURFACE.c.name == name, SURFACE.c.value == value).order_by(CONVERSATIONS.c.touched.desc())
        rows = await self._rows(newest.limit(1))
        return str(rows[0].conversation) if rows else None

    async def close(self) -> None:
        """Let go of the database, once what is under way there has ended."""
        if self.running:
            await asyncio.wait(self.running)
        await self._engine.dispose()

    async def _rows(self, query: Any) -> Sequence[Row[Any]]:
        async with self.reading() as connection:
            return (await connection.execute(query)).all()

    async def _do(self, statement: Executable) -> None:
        async with self.writing() as connection:
            await connection.execute(statement)


async def _keep(connection: AsyncConnection, change: Change, now: float) -> None:
    """Save a snapshot if it follows the kept one, else raise `Moved`."""
    new = change.conversation
    values = {"owner": new.owner, "status": new.status.value, "revision": new.revision, "touched": now}
    values["snapshot"] = pack(new)
    if change.before is None:
        try:
            await connection.execute(insert(CONVERSATIONS).values(id=new.id, **values))
        except IntegrityError:
            raise Moved(new.id) from None
        return
    kept = (CONVERSATIONS.c.id == new.id, CONVERSATIONS.c.revision == change.before)
    if not (await connection.execute(update(CONVERSATIONS).where(*kept).values(**values))).rowcount:
        raise Moved(new.id)


async def _note(
    connection: AsyncConnection, conversation: Conversation, effect: Effect, *, by: str, until: float
) -> Pending:
    row = {"conversation": conversation.id, "revision": conversation.revision, "effect": pack_effect(effect)}
    noted = insert(OUTBOX).values(**row, tries=0, taken_by=by, taken_until=until).returning(OUTBOX.c.number)
    number: int = (await connection.execute(noted)).scalar_one()
    return Pending(number, conversation.id, conversation.revision, effect)


def _read(snapshot: str) -> Conversation | None:
    conversation = unpack(snapshot)
    if conversation is None:
        LOG.error("a kept conversation cannot be read any more and is passed over: %s", snapshot[:80])
    return conversation


def _pending(rows: Sequence[Row[Any]]) -> tuple[Pending, ...]:
    return tuple(
        Pending(row.number, row.conversation, row.revision, effect, row.tries)
        for row in rows
        if (effect := unpack_effect(row.effect))
    )
